"""Misspelt words are corrected; a word that is right never changes."""

import pytest

from spelling import Corrector, Typo, count_words

HEADINGS = [
    "Osteoporosis",
    "What is osteoporosis?",
    "Rheumatoid arthritis and osteoporosis",
    "Psoriatic arthritis",
    "Which foods hold calcium?",
    "Hyperthyroidism",
    "Hypercalcaemia",
    "Colitis, there and here",
    "Lupus: the physical examination",
    "Immune diseases and cortisone",
    "A broken wrist",
    "Can you catch it?",
    "Benefits and harms for the doctor to weigh",
]
TEXTS = [
    "Prednisolone is a steroid. A replacement hormone is shielded.",
    "The station was hollow until a page on steroids was taken, which happened.",
]
# Forms that stand for others of the same stem.
STEMS = {"hormon", "untill", "steroidal", "replacment"}


# Written before it was tried what corrects them: what English alone corrects of them.
MISSPELT = """
    exersise/exercise calcum/calcium fractuer/fracture diagnosys/diagnosis tretment/treatment
    medcine/medicine hospitol/hospital apointment/appointment inflamatory/inflammatory
    steriod/steroid densety/density sheilded/shielded replacment/replacement arthritas/arthritis
    thyriod/thyroid magnezium/magnesium phosporus/phosphorus protien/protein
    vegitarian/vegetarian smokeing/smoking caffiene/caffeine slippry/slippery walkng/walking
    posturre/posture shrinkng/shrinking swolen/swollen stifness/stiffness imunity/immunity
    antibodys/antibodies infusoin/infusion injecton/injection tabletts/tablets
    swallowwing/swallowing diabetis/diabetes allergys/allergies inherrited/inherited
    grandmoter/grandmother pregnent/pregnant breastfeding/breastfeeding adolesent/adolescent
    wheelchiar/wheelchair ultrasond/ultrasound measurment/measurement percentege/percentage
    recomended/recommended suplement/supplement
"""
# Brands, drugs, diseases, places, people, food, sports, words of science and of chats: all right.
RARE = """
    binosto atelvia didronel skelid miacalcin duavee conbriza protelos strontium bonviva
    fosavance adrovance natecal adcal accrete calcichew calfovit evenity orencia actemra kineret
    olumiant xeljanz rinvoq otezla taltz cosentyx skyrizi tremfya rituxan truxima arava
    rheumatrex azulfidine asacol pentasa entocort medrol deltacortril budesonide dexamethasone
    tymlos abaloparatide eldecalcitol calcifediol alfacalcidol rocaltrol sensipar cinacalcet
    burosumab asfotase vosoritide setrusumab blosozumab odanacatib lasofoxifene bazedoxifene
    tibolone livial evorel premarin zoladex lupron arimidex femara aromasin hypophosphatasia
    hypophosphataemia pycnodysostosis melorheostosis osteopoikilosis osteochondroma
    fibrodysplasia achondroplasia cherubism sarcopenia osteosarcopenia dysgeusia enthesitis
    dactylitis uveitis iritis scleritis panniculitis sialadenitis calcinosis vasculitis myositis
    edinburgh guildford basildon harrogate swindon llandudno inverness carlisle worthing croydon
    toronto winnipeg saskatoon adelaide wollongong auckland dunedin nairobi lagos chennai priya
    anjali siobhan niamh aoife oluwaseun mateusz katarzyna nguyen fernandez papadopoulos
    macintyre jorgensen ibuprofene melatonin kefir tofu tempeh edamame quinoa natto kombucha
    seitan sauerkraut kimchi turmeric ashwagandha fenugreek biotin zumba pilates taichi qigong
    nordic peloton fitbit strava crossfit kettlebells trabecular cortical sclerostin osteocalcin
    procollagen telopeptide hydroxyapatite cathepsin denosumabs biosimilar romosozumabs
    ustekinumab secukinumab bestie lmao innit gonna wanna dunno tbh gotcha selfie podcast
"""


@pytest.fixture(scope="module")
def spelling():
    words = {word.strip("?,.:").lower() for text in HEADINGS + TEXTS for word in text.split()}
    return Corrector(
        count_words(HEADINGS), count_words(TEXTS), is_known=(words | STEMS).__contains__
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ostioporosis", "osteoporosis"),
        ("osteoperosis", "osteoporosis"),
        ("Osteoprosis", "osteoporosis"),
        ("osteoporisos", "osteoporosis"),
        ("OSTEOPOROSSIS", "osteoporosis"),
        ("rhumatoid", "rheumatoid"),
        ("rhuematoid", "rheumatoid"),
        ("psoratic", "psoriatic"),
        ("arthiritus", "arthritis"),
        ("calcuim", "calcium"),
        ("collitis", "colitis"),
        # Two typos, or another first letter, and the same sound.
        ("fysical", "physical"),
        ("loopus", "lupus"),
        ("imune", "immune"),
        ("cortizone", "cortisone"),
        ("kortisone", "cortisone"),
        ("rist", "wrist"),
        ("cach", "catch"),
        ("rumatoid", "rheumatoid"),
        # Words of passages, and of none.
        ("steriods", "steroids"),
        ("sheilded", "shielded"),
        ("takeing", "taking"),
        ("shoud", "should"),
        ("wich", "which"),
        ("abuot", "about"),
        ("familly", "family"),
        ("rougly", "roughly"),
        # Their stems are in the library, they are not.
        ("hormon", "hormone"),
        ("untill", "until"),
        # Its stem is in the library too, but it ends as the right word does.
        ("replacment", "replacement"),
        # Rarer words that sound alike, and a plural.
        ("slippry", "slippery"),
        ("antibodys", "antibodies"),
    ],
)
def test_correct_finds_the_word_that_was_meant(spelling, wrong, right):
    assert spelling.correct(f"Is {wrong}, please?") == f"Is {right}, please?"


@pytest.mark.parametrize(
    "right",
    [
        "osteoporosis",
        "Rheumatoid",
        "prednisolone",
        "hypothyroidism",  # in the dictionary: the opposite of what the library has
        "hypocalcaemia",  # in no list
        "osteopetrosis",  # in no list: another disease
        "arthritic",
        "foots",
        "theyre",
        "shouldnt",
        "woods",
        "colic",
        "steroidal",
        "oughtn",
        "theyll",
        "mins",
        "equina",
        "crohns",
        "folate",  # sounds like "flat", two letters off
        "keys",
        "bestie",
    ],
)
def test_correct_leaves_a_right_word(spelling, right):
    assert spelling.correct(right) == right


@pytest.mark.parametrize("word", ["bons", "xosteoporosis", "ostprs", "qwertyuiop", "骨粗鬆症です"])
def test_correct_leaves_a_word_that_is_short_or_far_from_all(spelling, word):
    assert spelling.correct(word) == word


@pytest.mark.parametrize("text", ["", "?!", "🦴 calcium 2,000 mg/day\n\t- ok", "T-score -2.5"])
def test_correct_leaves_all_that_is_no_word(spelling, text):
    assert spelling.correct(text) == text


@pytest.mark.parametrize(
    "name",
    """
    fosamax prolia actonel evenity humira forteo reclast evista boniva xgeva zometa aclasta enbrel
    cimzia stelara imuran plaquenil benlysta remicade crestor losec aleve lyrica depo statin
    statins teriparatide romosozumab denosumab raloxifene metformin frax trax dxa anca addisons
    pagets sjogren behcet coeliac perthes osteopetrosis
    """.split(),  # noqa: SIM905
)
def test_correct_leaves_names(spelling, name):
    for form in (name, name.capitalize(), name.upper()):
        assert spelling.correct(f"is {form} good") == f"is {form} good"


def test_a_capital_inside_a_sentence_marks_a_name(spelling):
    assert spelling.correct("Familly matters. Familly! How is Familly?") == (
        "family matters. family! How is Familly?"
    )


@pytest.mark.parametrize("word", ["plaît", "spät", "häpens"])
def test_correct_leaves_words_of_other_languages(spelling, word):
    assert spelling.correct(word) == word


def test_correct_without_a_library_knows_english_alone():
    spelling = Corrector({}, {})

    assert spelling.correct("familly ostprs cortizol") == "family ostprs cortizol"


def test_correct_prefers_words_of_headings():
    spelling = Corrector({"bone": 1, "loss": 1}, {"bold": 1, "boss": 1})

    assert spelling.correct("losss") == "loss"


def test_correct_reads_no_more_of_a_text_in_another_language(spelling):
    text = "wuord " * 50 + "osteoperosis"

    assert spelling.correct(text) == text
    assert spelling.correct(text[6:]).endswith("osteoporosis")


def test_find_typos_says_where_each_misspelt_word_stands(spelling):
    assert spelling.find_typos("Is osteoperosis bad? Wich?") == [
        Typo(3, 15, "osteoporosis"),
        Typo(21, 25, "which"),
    ]


@pytest.mark.parametrize(("wrong", "right"), [pair.split("/") for pair in MISSPELT.split()])
def test_correct_finds_common_words_that_no_field_has(wrong, right):
    assert Corrector({}, {}).correct(wrong) == right


@pytest.mark.parametrize("word", RARE.split())
def test_correct_leaves_what_no_field_has(word):
    assert Corrector({}, {}).correct(word) == word
