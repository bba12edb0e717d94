"""The few words that a rendering adds to those of a turn.

Where domain.yml says the same in its plain text, the words are the same
(tests/messaging/test_words.py).
"""

SOURCE = "Source:"
SEE_ALSO = "See also:"
IN_GENERAL = "In general, my documents say:"
# Over numbered lines, by kind of turn; a question back and small talk need none.
FURTHER = "You can also ask (type a number):"
COVERED = "The nearest that my documents have (type a number):"
HEADINGS = {"answer": FURTHER, "advice": FURTHER, "abstain": COVERED}

THUMB_UP = "\N{THUMBS UP SIGN}"
THUMB_DOWN = "\N{THUMBS DOWN SIGN}"
# What a screen reader says for the thumbs, where the platform lets us say it.
HELPED = "This helped"
DID_NOT_HELP = "This did not help"
CALL = "Call"
