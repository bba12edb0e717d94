"""A turn of the bot as JSON: one class for each kind.

docs/contract.md says when which kind comes and what it promises. docs/turn.schema.json and
widget/turn.d.ts are made from these classes (`python -m contract`).
"""

from typing import Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict


class Citation(TypedDict):
    """A passage, with the document that it stands in.

    Attributes:
        document_id: Id of the document.
        passage_id: Id of the passage.
        title: Title of the document.
        section: Heading of the passage.
        page: Page of the document, from 1; null where it has none.
        publisher: Who published the document; may be empty.
        origin: In one phrase who published it, or whose facts it gives in our own words; may be
            empty.
        path: Where its page on this server shows the passage: `/library/<document>#<anchor>`.
        url: Where the document itself is published, http or https; empty where only here.
        checked: ISO date of the last check against its sources; may be empty.
        reviewed_by: The clinician who reviewed it; empty where none is known.
        text: The whole passage.
        score: How likely the passage answers, 0 to 1.
    """

    document_id: str
    passage_id: str
    title: str
    section: str
    page: int | None
    publisher: str
    origin: str
    path: str
    url: str
    checked: str
    reviewed_by: str
    text: str
    score: float


class Suggestion(TypedDict):
    """Something to ask next.

    Attributes:
        title: What shows on the button.
        payload: What is sent as the user's message.
        passage_id: The passage that is then shown; without it the payload is asked.
    """

    title: str
    payload: str
    passage_id: NotRequired[str]


class PhoneNumber(TypedDict):
    """A number to call.

    Attributes:
        label: Whose it is.
        number: As people write it.
        href: The same as a `tel:` link.
    """

    label: str
    number: str
    href: str


class Answer(TypedDict):
    """A passage that answers.

    Attributes:
        kind: `answer`.
        answer_id: What feedback names.
        preface: What the bot says itself before anything else; may be empty.
        heading: Heading of the passage.
        text: The whole passage, `citations[0].text`.
        marks: The sentences of `text` nearest to the question.
        citations: Where the text comes from, then further passages that answer.
        disclaimer: In full on the first turn of a conversation that has one, then short.
        suggestions: What can be asked next.
        resolved_query: What was searched.
    """

    kind: Literal["answer"]
    answer_id: str
    preface: str
    heading: str
    text: str
    marks: list[str]
    citations: list[Citation]
    disclaimer: str
    suggestions: list[Suggestion]
    resolved_query: str


class Advice(TypedDict):
    """A request for advice, which is not given; where only `text` comes, no action made it.

    Attributes:
        kind: `advice`.
        answer_id: What feedback names.
        preface: What the bot says itself before anything else; may be empty.
        text: That the bot cannot advise, and whom to ask.
        heading: Heading of what is quoted; empty where nothing is.
        quote: What the documents say in general, `citations[0].text`; may be empty.
        marks: The sentences of `quote` nearest to the question.
        citations: Where the quote comes from; empty where nothing is quoted.
        disclaimer: Short, as `text` says whom to ask.
        suggestions: What can be asked next.
        resolved_query: What was searched.
    """

    kind: Literal["advice"]
    answer_id: NotRequired[str]
    preface: NotRequired[str]
    text: str
    heading: NotRequired[str]
    quote: NotRequired[str]
    marks: NotRequired[list[str]]
    citations: NotRequired[list[Citation]]
    disclaimer: NotRequired[str]
    suggestions: list[Suggestion]
    resolved_query: NotRequired[str]


class Clarify(TypedDict):
    """A question back, or passages that may answer.

    Attributes:
        kind: `clarify`.
        answer_id: What feedback names, where there was a search.
        preface: What the bot says itself before anything else; may be empty.
        text: What is asked back.
        suggestions: What to choose from.
        resolved_query: What was asked.
    """

    kind: Literal["clarify"]
    answer_id: NotRequired[str]
    preface: str
    text: str
    suggestions: list[Suggestion]
    resolved_query: str


class Abstain(TypedDict):
    """A refusal: the documents do not cover the question, or cannot be searched.

    Attributes:
        kind: `abstain`.
        answer_id: What feedback names, where there was a search.
        preface: What the bot says itself before anything else; may be empty.
        text: That it is not covered, and whom to ask.
        suggestions: What is covered.
        resolved_query: What was searched, where there was a search.
    """

    kind: Literal["abstain"]
    answer_id: NotRequired[str]
    preface: NotRequired[str]
    text: str
    suggestions: list[Suggestion]
    resolved_query: NotRequired[str]


class Emergency(TypedDict):
    """A reply to a message that tells of something that needs help now.

    Attributes:
        kind: `emergency`.
        text: What to do.
        flag: What needs help, a kind of docs/safety.md.
        numbers: Whom to call, best first; empty where none is known for the user's country.
    """

    kind: Literal["emergency"]
    text: str
    flag: str
    numbers: list[PhoneNumber]


class Chat(TypedDict):
    """Small talk, or plain words of any response.

    Attributes:
        kind: `chat`.
        text: What is said.
        suggestions: What can be asked next.
    """

    kind: Literal["chat"]
    text: str
    suggestions: NotRequired[list[Suggestion]]


Turn: TypeAlias = Answer | Advice | Clarify | Abstain | Emergency | Chat
