"""`manage.py first_supervisor MAIL`: the account that invites all others of the office."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from icpcases.accounts.colleagues import ActRefused, begin_office
from icpcases.accounts.people import find_account
from icpcases.rules.addresses import plain_address


class Command(BaseCommand):
    """Makes the account and prints the link by which its owner sets the password."""

    help = "Make the account of the first supervisor; refused once there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address and the name."""
        parser.add_argument("email", help="the supervisor's e-mail address")
        parser.add_argument("--family-name", default="")
        parser.add_argument("--given-name", default="")

    def handle(self, *args: object, email: str, **options: object) -> None:
        """Make it. Raises CommandError, and then changes nothing."""
        try:
            address = plain_address(email)
        except ValueError:
            raise CommandError(f"{email} is no e-mail address.") from None
        if find_account(address):
            raise CommandError(f"{address} has an account already.")
        names = {"last_name": options["family_name"], "first_name": options["given_name"]}
        try:
            user, link = begin_office({"email": address, **names})
        except ActRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Username: {user.username}\nSet the password, once, at: {link}")
