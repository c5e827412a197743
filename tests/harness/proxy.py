"""A wire to PostgreSQL that can be cut: what one side has said, and the other never hears."""

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_SOCKET = ".s.PGSQL.5432"


class Wire:
    """Passes bytes on between clients and the server, until it is to be cut."""

    def __init__(self, server: Path) -> None:
        self.server, self.folder = server / _SOCKET, Path(tempfile.mkdtemp(prefix="wire-"))
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / _SOCKET))
        self.listener.listen()
        self.words, self.hear = b"", False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, words: str, heard: bool) -> None:
        """Cut it once, when a client says these words: before the server hears them, or else
        when it answers them."""
        self.words, self.hear = words.encode(), heard

    def close(self) -> None:
        self.listener.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server))
                call = _Call(self, client, server)
                for listen in (call.to_server, call.to_client):
                    threading.Thread(target=listen, daemon=True).start()


class _Call:
    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self.wire, self.client, self.server = wire, client, server
        self.last_words = False

    def to_server(self) -> None:
        for said in _said(self.client):
            if self.wire.words and self.wire.words in said:
                self.wire.words, self.last_words = b"", True
                if not self.wire.hear:
                    break
            self.server.sendall(said)
        self._hang_up()

    def to_client(self) -> None:
        for said in _said(self.server):
            if self.last_words:
                break
            self.client.sendall(said)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _said(end: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while said := end.recv(1 << 16):
            yield said


@contextmanager
def wired() -> Iterator[Wire]:
    """Django's own connection to the tests' server over such a wire."""
    settings = connection.settings_dict
    straight = settings["HOST"]
    wire = Wire(Path(straight))
    connection.close()
    settings["HOST"] = str(wire.folder)
    try:
        yield wire
    finally:
        connection.close()
        settings["HOST"] = straight
        wire.close()
