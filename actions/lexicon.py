"""The word lists by which messages are understood, all in lower case."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Verbs of a finite clause. A question or statement of its own nearly always has one of them.
VERBS = _words(
    """
    am is are was were be been being isn't isnt aren't arent wasn't do does did don't dont doesn't
    doesnt didn't can cant can't could couldn't will won't would wouldn't shall should shouldn't
    may might must has have had hasn't haven't i'm im i've ive it's what's whats how's hows who's
    where's there's that's means gets makes causes happens helps runs goes need needs
    """
)
# "It's psoriatic", "I was asking about RA": any other verb asks something of its own.
WEAK_VERBS = _words("is was it's that's i'm im")
QUESTION_WORDS = _words("what which who whom whose when where why how")
# They begin a question; "that's all" and "don't bother" ask nothing.
QUESTION_VERBS = _words(
    "am is are was were does did can could will would shall should may might must has have"
)

ACCEPTING = _words(
    "yes yeah yep yup yea yeh ye yess y aye sure please absolutely definitely certainly"
)
# "Go ahead", "show me": with an accepting word or alone.
URGING = _words("go ahead show course please do that then ok okay love")
DENYING = _words(
    """
    no nope nah n nay noo never not none neither wrong incorrect right correct that's thats it's its
    don't dont didn't didnt isn't isnt rather i'd id want need needed asked ask meant mean mind
    thanks thank cheers forget it way really now today moment looking think so thing like disagree
    misunderstood said enough all fine good okay ok one ones these those this bother stop leave
    absolutely definitely certainly above another
    """
)
WANTING_MORE = _words(
    """
    more on continue carry keep going further next rest details detail detailed elaborate expand
    explain passages passage part bit reading read information info say says show see tell give
    there is subject topic same short comes comes what after let longer deeper depth additional
    extra what's whats
    """
)
# One of them is enough, whatever the intent.
SURELY_WANTING_MORE = _words("more continue further rest next on going elaborate expand")
# What people put around the thing that they mean instead.
CORRECTING = _words(
    """
    sorry apologies pardon oops whoops actually wait wrong rather meant mean asking talking wanted
    asked ask correction mistake bad instead word about abt bout but no nope nah oh ah um
    """
)

# Politeness and nouns around a choice say nothing about it.
CHOICE_NOUNS = _words(
    "one option choice number nr n question suggestion topic answer link item point"
)
BEFORE_CHOICE = CHOICE_NOUNS | _words(
    """
    yes yeah ok okay please maybe well hm hmm and so then the now just can could would you tell show
    give read me more about i i'd i'll id like want take choose pick prefer mean meant see have go
    with to know let's lets let us do for open what how no
    """
)
AFTER_CHOICE = CHOICE_NOUNS | _words(
    "please thanks thank you then for me on the list of those these them instead"
)
# The places that words name, counted from 1; negative from the end.
PLACES = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    **{"six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5},
    **{"sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10},
    **{"top": 1, "last": -1, "bottom": -1, "final": -1, "penultimate": -2},
}

# Of answers.
PRAISING = _words(
    """
    accurate amazing answered answers awesome best brilliant clear correct excellent fab fantastic
    good great happy helped helpful helps impressed impressive like liked love loved nice perfect
    pleased right satisfied spot superb understandable up useful well wonderful 👍
    """
)
BLAMING = _words(
    """
    awful bad confused confusing disappointed disappointing down dreadful false hopeless inaccurate
    incomplete incorrect irrelevant misleading nonsense outdated poor rubbish terrible unclear
    unhelpful unsatisfied useless vague waste worse worst wrong 👎
    """
)
NEGATING = _words("no not never nothing hardly isnt wasnt didnt doesnt dont cant wont none")
