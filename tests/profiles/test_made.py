"""Titles and first questions are made from the documents."""

from profiles import Part, list_questions, rank_titles

PARTS = [
    Part("Kidney stones", "Kidney stones > What are kidney stones?"),
    Part("Kidney stones", "Kidney stones > How are they treated?"),
    Part("Kidney stones", "Kidney stones > Causes", ("What makes kidney stones form?",)),
    Part("Dialysis at home", "How is it done?"),
    Part("Dialysis at home", "Machines", ("Can I do dialysis at home?", "machines")),
    Part("Our shop", "Opening hours"),
]


def test_the_documents_with_most_to_say_come_first():
    assert rank_titles(PARTS) == ["Kidney stones", "Dialysis at home", "Our shop"]


def test_a_question_stands_by_itself():
    """What points at something said before, or shares no word with its title, comes after."""
    assert list(list_questions(PARTS))[:2] == [
        "What are kidney stones?",
        "Can I do dialysis at home?",
    ]


def test_titles_follow_where_no_heading_asks():
    assert list(list_questions(PARTS))[2:] == ["Kidney stones", "Dialysis at home", "Our shop"]


def test_what_no_button_takes_is_left_out():
    parts = [
        Part("A " + "long " * 30, "Why {so}?"),
        Part("B", "Why?"),
        Part("B", "Why " * 15 + "?"),
    ]

    assert list(list_questions(parts)) == ["B"]


def test_of_nothing_nothing_is_made():
    assert list(list_questions([])) == rank_titles([]) == []
