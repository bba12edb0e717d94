"""Terms of messages, and their weights: those of scikit-learn, looked up."""

import numpy as np
import pytest

from bot.matching.tfidf import WordTerms

MESSAGES = [[" may i "], [" may i go ", " may i "], [" go "]]


def test_terms_are_runs_of_words_that_two_messages_hold():
    terms, _ = WordTerms.fit([[" may i "], [" may i go "], [" go "]])

    assert {"^ may i", "may i", "i", "go ."} <= set(terms.terms)
    assert "i go" not in terms.terms
    columns, weights = terms.weight_terms([" may i fly "])
    assert {terms.terms[column] for column in columns} == {
        *("^", "may", "i", ".", "^ may", "may i", "^ may i")
    }
    assert np.linalg.norm(weights) == pytest.approx(1.0)


def test_weights_looked_up_are_those_of_scikit_learn():
    terms, expected = WordTerms.fit(MESSAGES)

    for message, row in zip(MESSAGES, expected.toarray(), strict=True):
        columns, weights = terms.weight_terms(message)
        assert row[columns] == pytest.approx(weights)
        assert np.count_nonzero(row) == len(columns)


def test_a_message_without_known_terms_has_no_weights():
    terms, _ = WordTerms.fit(MESSAGES)

    columns, weights = terms.look_up(["never", "heard"])

    assert (len(columns), len(weights)) == (0, 0)
