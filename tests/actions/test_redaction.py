"""What is taken out of a question before it is kept, and what has to stay."""

import socket

import pytest

from actions.redaction import redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("write to jane.doe@example.co.uk please", "write to [email] please"),
        ("mailto:jane@example.org", "[email]"),
        ("is https://clinic.example/p?id=77 right?", "is [link] right?"),
        ("see www.clinic.org/jane or www.bone.clinic", "see [link] or [link]"),
        ("see WWW.clinic.org or //clinic.example", "see [link] or [link]"),
        ("call me on 07911 123456", "call me on [phone]"),
        ("my number is +1 202 555 0143, ok", "my number is [phone], ok"),
        ("(202) 555-0143", "[phone]"),
        ("ring +44 20 7946 0958 or +49 30 901820", "ring [phone] or [phone]"),
        ("my NHS number is 943 476 5919", "my NHS number is [number]"),
        ("ssn 123-45-6789", "ssn [number]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("pay to GB82 WEST 1234 5698 7654 32 please", "pay to [number] please"),
        ("patient 20931188", "patient [number]"),
        ("born 12/03/1956, DEXA on 2024-01-31", "born [number], DEXA on [number]"),
        ("from 192.168.1.20 and 2001:db8::1", "from [number] and [number]"),
        ("jane@example.org,john@example.org", "[email],[email]"),
        ("e-mail:jane@example.org;john@my.clinic", "[email];[email]"),
    ],
)
def test_redact_takes_out_personal_data(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what is osteoporosis?",
        "my T-score is -2.5 and my hip is -1.8",
        "T-scores -2.5/-1.8/-3.1 in 2019, 2021 and 2024",
        "Z score 0.3, FRAX 12% and 3.4%",
        "vitamin D 800",
        "vitamin D 400 800 1000 IU",
        "calcium 1000-1200 mg a day, 50,000 IU once",
        "70 mg alendronate weekly, 5 mg zoledronate a year, 60 mg/ml denosumab",
        "prednisolone 7.5mg for 3-6 months",
        "25(OH)D 30 nmol/l, CRP 12, ESR 40, HLA-B27, COVID-19, anti-CCP",
        "L1-L4, T12, C7/T1",
        "I am 72, 5 ft 4, 10 stone 2, BMI 18.5, BP 120/80",
        "I had a fracture.Is it healing? e.g.calcium",
        "24/7 pain since 2021/22, 9 out of 10",
        "10 000 IU and 1.25 g",
    ],
)
def test_redact_leaves_what_a_question_is_about(text: str) -> None:
    assert redact(text) == text


def test_redact_takes_out_an_overlap_once() -> None:
    assert redact("https://a.example/4111111111111111 x") == "[link] x"


@pytest.mark.parametrize("text", ["http://" * 400, "a@" * 1000, "07911 1234@" * 200, "1 " * 1000])
def test_redact_is_quick_on_odd_texts(text: str) -> None:
    assert isinstance(redact(text[:2000]), str)


def test_redact_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert redact("jane@example.org on www.example.org") == "[email] on [link]"
