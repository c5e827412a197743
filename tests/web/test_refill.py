"""A page's form with what was typed in it: by hand, one kind of field after the other."""

from icpcases.web.refill import refilled

PAGE = "/cases/A/note/"


def form(inside: str, action: str = "") -> str:
    return f'<main><form method="post" action="{action}">{inside}</form></main>'


def back(inside: str, **fields: list[str]) -> str:
    """The inner part of the form as it comes back."""
    found = refilled(form(inside), PAGE, PAGE, fields)
    assert (found.filled, found.left_over) == (True, [])
    return found.html.removeprefix(form("").removesuffix("</form></main>")).removesuffix(
        "</form></main>"
    )


def test_every_kind_of_field_takes_what_was_typed():
    assert back('<input name="a" value="old">', a=['"<é']) == '<input name="a" value="&quot;&lt;é">'
    assert back('<input type="date" name="a">', a=["2026-01-02"]) == (
        '<input type="date" name="a" value="2026-01-02">'
    )
    assert back('<textarea name="a" rows="2">\nold</textarea>', a=["</textarea>\nx"]) == (
        '<textarea name="a" rows="2">\n&lt;/textarea&gt;\nx</textarea>'
    )
    options = '<option value="">–</option><option value="b" selected>B</option>'
    assert back(f'<select name="a">{options}</select>', a=[""]) == (
        '<select name="a"><option value="" selected>–</option><option value="b">B</option></select>'
    )


def test_what_was_ticked_is_ticked_and_nothing_else():
    boxes = (
        '<input name="t"><input type="checkbox" name="a" checked>'
        '<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">'
    )
    assert back(boxes, t=["x"], r=["2"]) == (
        '<input name="t" value="x"><input type="checkbox" name="a">'
        '<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>'
    )


def test_what_the_page_had_shown_is_sent_again_as_it_was():
    hidden = (
        '<input name="t"><input type="hidden" name="version" value="9">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="new">'
    )
    assert back(hidden, t=["x"], version=["7"], csrfmiddlewaretoken=["old"]) == (
        '<input name="t" value="x"><input type="hidden" name="version" value="7">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="new">'
    )


def test_what_cannot_be_put_back_is_told():
    html = form('<input name="a"><input type="file" name="f"><input type="password" name="p">')
    found = refilled(html, PAGE, PAGE, {"a": ["x", "y z"], "f": ["me.jpg"], "p": ["a secret"]})
    assert (found.files, found.left_over) == (["me.jpg"], ["y z", "a secret"])
    assert 'name="p">' in found.html
    gone = refilled(form(""), PAGE, PAGE, {"a": ["Some words."], "choice": ["yes"], "b": [" "]})
    assert (gone.filled, gone.left_over) == (False, ["Some words."])


def test_of_several_forms_it_is_the_one_that_was_sent():
    def row(n: int, text: str = "") -> str:
        value = f' value="{text}"' if text else ""
        return (
            f'<form method="post"><input type="hidden" name="row" value="{n}">'
            f'<input name="why"{value}></form>'
        )

    fields = {"row": ["2"], "why": ["x"]}
    assert refilled(row(1) + row(2), PAGE, PAGE, fields).html == row(1) + row(2, "x")
    # A form for another address, a search, and one whose mark is another, are not it.
    for html in (form('<input name="why">', "/elsewhere/"), '<form><input name="why"></form>'):
        assert not refilled(html, PAGE, PAGE, fields).filled
    assert not refilled(row(1), PAGE, PAGE, fields).filled
    there = refilled(form('<input name="why">', PAGE), "/cases/A/", PAGE, {"why": ["x"]})
    assert there.filled


def test_a_field_that_stands_outside_its_form_belongs_to_it():
    html = '<input name="a" form="f"><form method="post" id="f"><input name="b"></form>'
    found = refilled(html, PAGE, PAGE, {"a": ["1"], "b": ["2"]})
    assert found.html == (
        '<input name="a" form="f" value="1"><form method="post" id="f">'
        '<input name="b" value="2"></form>'
    )
