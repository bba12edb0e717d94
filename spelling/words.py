"""Words that carry no meaning of their own."""

# The closed classes of English: articles, pronouns, auxiliaries, prepositions, conjunctions,
# question words, and the fillers of a chat. Words that can be a topic ("back", "side", "well") are
# not among them, as they are in the usual lists.
FUNCTION_WORDS = frozenset(
    # One string, by word class, is what a person can read and change.
    """
    a an the this that these those some any each every either neither no none
    i me my mine myself we us our ours you your yours he him his she her hers it its they them their
    someone somebody something anyone anybody anything everyone everything one ones
    am is are was were be been being do does did doing done have has had having
    can could will would shall should may might must ought
    isn aren wasn weren don doesn didn haven hasn hadn couldn won wouldn shouldn mustn
    s t d ll m re ve im ive id whats hows
    of in on at by for from to into onto with without about as than like over under between
    through during before after since until while upon via per
    and or but nor so if then because although though whether
    what which who whom whose when where why how
    not also just only very too much many more most such same other another own even still ever
    there here now again yes please hi hello hey thanks thank ok okay well really actually maybe
    get gets got getting go goes going know want need tell say said mean means
    """.split()  # noqa: SIM905
)
