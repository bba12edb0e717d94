"""What the simulated users say: conversations of eight messages each."""

TURNS = 8

# The `rasa init` bot knows three short stories and two rules. Its dialogue policies may choose to
# say nothing off those paths, which would look fast: so each conversation is one of the stories,
# then messages that a rule answers. Every policy runs for every message all the same.
STOCK = (
    (
        "hello",
        "I am sad",
        "yes",
        "are you a bot?",
        "goodbye",
        "am I talking to a human?",
        "are you a human?",
        "see you later",
    ),
    (
        "good morning",
        "my day was horrible",
        "no",
        "am I talking to a bot?",
        "have a nice day",
        "are you a human?",
        "are you a bot?",
        "bye bye",
    ),
    (
        "hey there",
        "I am feeling very good",
        "are you a human?",
        "good night",
        "am I talking to a human?",
        "are you a bot?",
        "am I talking to a bot?",
        "goodbye",
    ),
    (
        "hi",
        "I don't feel very well",
        "of course",
        "are you a human?",
        "see you around",
        "are you a bot?",
        "am I talking to a bot?",
        "bye",
    ),
)

# Questions, follow-ups, small talk and questions that the library does not cover.
ASSISTANT = (
    (
        "hello",
        "Is osteoporosis an autoimmune disease?",
        "tell me more",
        "what tests will I get?",
        "how is a bone density scan done",
        "what's the weather like tomorrow?",
        "thank you",
        "goodbye",
    ),
    (
        "Are you a real person?",
        "my doctor said I have osteoporosis, what does that mean",
        "can I still exercise?",
        "tell me more",
        "what can I do about it",
        "how do I fix a flat tyre",
        "where does your information come from?",
        "bye",
    ),
    (
        "I take prednisolone every day, is it bad for my bones?",
        "how do I protect my bones while I am on steroids",
        "thanks",
        "should I stop taking my steroids?",
        "what does a T-score of -2.6 mean",
        "do men get osteoporosis too",
        "give me a recipe for chocolate cake",
        "ok",
    ),
    (
        "hi",
        "my mum has lupus and broke her wrist last week",
        "how long does a broken hip take to heal?",
        "what can you do?",
        "how much vitamin D do I need each day?",
        "tell me more",
        "who won the football last night",
        "no",
    ),
    (
        "good morning",
        "does coeliac disease weaken the bones",
        "rheumatoid arthritis and bone loss",
        "what is an ANA blood test for",
        "tell me more",
        "how can I avoid falling at home?",
        "I have got shorter and my back hurts, could it be osteoporosis",
        "thank you, goodbye",
    ),
)
