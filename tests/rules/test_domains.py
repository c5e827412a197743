import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from icpcases.rules.domains import Domain, DomainError, parse_domain
from icpcases.rules.numbers import NumberError

CHINESE = Domain("xn--fsqu00a.xn--fiqs8s", "例子.中国", "xn--fsqu00a.xn--fiqs8s")
PLAIN = Domain("example.com", "example.com", "example.com")


def refusal(text):
    with pytest.raises(DomainError) as caught:
        parse_domain(text)
    assert isinstance(caught.value, NumberError)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        " Example.COM. ",
        "ｅｘａｍｐｌｅ．ｃｏｍ",
        "example。com",
        "example｡com",
        "http://example.com",
        "HTTPS://example.com/a/b?c=d#e",
        "ｈｔｔｐ：／／example.com／",
        "\ufeffhttps://example.com/\u200b",
        "//example.com/",
        "example.com?from=mail",
        "exam\u00adple.com",
    ],
)
def test_one_name_typed_in_many_ways(text):
    assert parse_domain(text) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "例子.中国",
        "例子。中国",
        "xn--fsqu00a.xn--fiqs8s",
        "XN--FSQU00A.XN--FIQS8S",
        "例子.xn--fiqs8s",
    ],
)
def test_a_chinese_name_and_its_punycode_are_one(text):
    assert parse_domain(text) == CHINESE
    assert str(parse_domain(text)) == "例子.中国"


@pytest.mark.parametrize(
    ("text", "registrable"),
    [
        ("www.example.com", "example.com"),
        ("a.b.example.cn", "example.cn"),
        ("shop.example.com.cn", "example.com.cn"),
        ("www.example.bj.cn", "example.bj.cn"),
        ("例子.公司.cn", "xn--fsqu00a.xn--55qx5d.cn"),
        ("www.tea-house.example", "tea-house.example"),
        ("a.b.test", "b.test"),
        ("163.com", "163.com"),
        # The PRIVATE section of the list does not count: github.io is one registration.
        ("someone.github.io", "github.io"),
        # Each bureau under gov.cn files its own name.
        ("www.szjj.sz.gov.cn", "szjj.sz.gov.cn"),
        ("szjj.sz.gov.cn", "szjj.sz.gov.cn"),
        ("https://WWW.Szjj.SZ.gov。cn/index", "szjj.sz.gov.cn"),
        ("a.szjj.sz.gov.cn", "a.szjj.sz.gov.cn"),
        ("www.sz.gov.cn", "sz.gov.cn"),
        ("sz.gov.cn", "sz.gov.cn"),
        ("www.www.sz.gov.cn", "sz.gov.cn"),
        ("a.www.sz.gov.cn", "a.www.sz.gov.cn"),
        ("wwwa.sz.gov.cn", "wwwa.sz.gov.cn"),
        ("交警.sz.gov.cn", "xn--tlq249l.sz.gov.cn"),
        # Without its www nothing would be left to file.
        ("www.gov.cn", "www.gov.cn"),
        ("www.www.gov.cn", "www.gov.cn"),
        ("a.mygov.cn", "mygov.cn"),
        ("www.a.gov.com.cn", "gov.com.cn"),
        ("www.a.gov.hk", "a.gov.hk"),
    ],
)
def test_the_registrable_part(text, registrable):
    assert parse_domain(text).registrable == registrable


def test_www_stays_in_the_key():
    assert parse_domain("https://www.例子.中国/").ascii == "www.xn--fsqu00a.xn--fiqs8s"


def test_the_sharp_s_is_a_letter_of_its_own():
    assert parse_domain("faß.de").ascii == "xn--fa-hia.de"


IP = "This is an IP address: a site with only an IP address has no domain name."
EMPTY_PART = "A part of the name between its dots is empty."
LONG_PART = "A part of the name between its dots is longer than 63 characters."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No domain name was entered."),
        ("  ", "No domain name was entered."),
        ("https://", "No domain name was entered."),
        ("a" * 2001, "This is longer than 2000 characters."),
        ("ftp://example.com", "Only http:// or https:// can stand before a domain name."),
        (
            "https://me:secret@example.com/",
            "Enter the domain name alone, without what stands before the @.",
        ),
        ("me@example.com", "Enter the domain name alone, without what stands before the @."),
        ("example.com:8080", "Enter the domain name alone, without colon and port."),
        ("https://example.com:443/", "Enter the domain name alone, without colon and port."),
        ("my_site.example.com", "A domain name has no underscore."),
        ("192.0.2.1", IP),
        ("http://192.0.2.1:8080/", IP),
        ("１９２。０。２。１", IP),
        ("①.2.3.④", IP),
        ("192.0.2.1.", IP),
        ("2001:db8::1", IP),
        ("http://[2001:db8::1]:8080/", IP),
        ("3221225985", IP),
        ("0xc0.0.2.1", IP),
        (".", EMPTY_PART),
        (".example.com", EMPTY_PART),
        ("example..com", EMPTY_PART),
        ("example.com..", EMPTY_PART),
        ("a" * 64 + ".com", LONG_PART),
        ("例" * 63 + ".com", LONG_PART),
        ("-example.com", "In “-example” a hyphen stands where none can stand."),
        ("example-.com", "In “example-” a hyphen stands where none can stand."),
        ("ab--cd.com", "In “ab--cd” a hyphen stands where none can stand."),
        ("exa mple.com", "“ ” cannot stand in a domain name."),
        ("exam$ple.com", "“$” cannot stand in a domain name."),
        ("😀.com", "“😀” cannot stand in a domain name."),
        ("exam\ud800ple.com", "“U+D800” cannot stand in a domain name."),
        ("xn--.com", "No registry would take “xn--” as a name."),
        ("xn--a.com", "No registry would take “xn--a” as a name."),
        ("אa.com", "No registry would take “אa” as a name."),
        ("localhost", "“localhost” has no dot: a domain name looks like example.cn."),
        ("中国", "“中国” has no dot: a domain name looks like example.cn."),
        (
            "com.cn",
            "“com.cn” is an ending under which names are registered, not a domain name.",
        ),
        (
            "gov.cn",
            "“gov.cn” is an ending under which names are registered, not a domain name.",
        ),
        (
            "公司.cn",
            "“公司.cn” is an ending under which names are registered, not a domain name.",
        ),
    ],
)
def test_refused(text, sentence):
    assert refusal(text) == sentence


def test_over_long_names():
    longest = ".".join(["a" * 61] * 4 + ["a.com"])
    assert len(longest) == 253
    assert parse_domain(longest).ascii == longest
    assert refusal("a" + longest) == "A domain name has at most 253 characters, not 254."


def test_the_length_is_that_of_the_punycode():
    # 例子 becomes xn--fsqu00a: 11 characters and a dot, 25 times, and cn.
    assert refusal("例子." * 25 + "cn") == "A domain name has at most 253 characters, not 302."


letters = st.text("abcxyzABC019-ßé例子中国ａ。.١אZ\u200d\u00ad", min_size=1, max_size=12)
names = st.lists(letters, min_size=1, max_size=4).map(".".join)


bureaux = st.lists(st.sampled_from(["www", "sz", "gov", "交警"]), max_size=5).map(
    lambda labels: ".".join([*labels, "gov.cn"])
)


@given(names | bureaux | st.text(st.characters(), max_size=60) | names.map("xn--{}.com".format))
@example("℀.com")
@example("xn--zzzzz.com")
@example("a.xn--\ud800")
@example("http://[::1%中]/")
def test_any_text_is_one_domain_or_refused(text):
    try:
        domain = parse_domain(text)
    except DomainError as error:
        str(error).encode()
    else:
        assert parse_domain(domain.ascii) == domain
        assert parse_domain(domain.unicode) == domain
        assert f".{domain.ascii}".endswith(f".{domain.registrable}")
        assert parse_domain(domain.registrable).registrable == domain.registrable
        assert domain.ascii == domain.ascii.lower()
