"""British and American forms meet; other words stay apart."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from spelling import Corrector, common_form
from spelling.atlantic import has_english_form
from spelling.english import read_english

ROOT = Path(__file__).parents[2]

PAIRS = """
    oestrogen/estrogen oestradiol/estradiol oedema/edema
    lymphoedema/lymphedema oesophagus/esophagus oesophageal/esophageal coeliac/celiac
    coeliacs/celiacs diarrhoea/diarrhea amenorrhoea/amenorrhea apnoea/apnea foetus/fetus
    foetal/fetal anaemia/anemia anaemic/anemic haemoglobin/hemoglobin haemorrhage/hemorrhage
    leukaemia/leukemia hypercalcaemia/hypercalcemia ischaemia/ischemia paediatric/pediatric
    orthopaedic/orthopedic gynaecologist/gynecologist anaesthetic/anesthetic aetiology/etiology
    faeces/feces caecum/cecum osteopaenia/osteopenia tumour/tumor tumours/tumors
    behaviour/behavior behavioural/behavioral colour/color coloured/colored favourite/favorite
    neighbour/neighbor organise/organize organisation/organization recognised/recognized
    hospitalisation/hospitalization mineralised/mineralized analyse/analyze analysing/analyzing
    paralysed/paralyzed fibre/fiber fibres/fibers litre/liter goitre/goiter centre/center
    travelling/traveling travelled/traveled remodelling/remodeling
    labelled/labeled counselling/counseling sulphasalazine/sulfasalazine sulphate/sulfate
    analogue/analog programme/program defence/defense homoeopathy/homeopathy
""".split()  # noqa: SIM905
LEFT = """
    does dose doses shoe shoes poet poem canoe goes toes potatoes aerobic aerosol israel vertebrae
    vertebra hour hours four your yours pour course source journal nourished courage size prize
    seize dizzy citizen liver here are more figure before entire called falling swelling recalled
    misspelled installed skilled excellent raise exercise promise advised bruises crisis basis
    being four hormone bone
""".split()  # noqa: SIM905
# Pairs of the dictionary that have one form, but for those that differ in s and z alone.
ONE_WORD = """
    aeolian/eolian analog/analogue analogs/analogues archaean/archean behavior/behaviour
    savior/saviour caesar/cesar
    caesarean/cesarean center/centre color/colour cyclopaedia/cyclopedia daemon/demon
    daemons/demons defence/defense dialog/dialogue disulfide/disulphide
    encyclopaedia/encyclopedia encyclopaedias/encyclopedias encyclopaedic/encyclopedic
    favor/favour favorable/favourable favored/favoured fetal/foetal fetus/foetus
    fetuses/foetuses fiber/fibre flavor/flavour flavorful/flavourful flavors/flavours
    groveling/grovelling homeopathic/homoeopathic homeopathy/homoeopathy honor/honour
    honorable/honourable hypoglycaemia/hypoglycemia judaea/judea kilogram/kilogramme
    kilogrammes/kilograms labeled/labelled liter/litre mediaeval/medieval meter/metre
    meters/metres micrometers/micrometres palaeography/paleography palaeozoic/paleozoic
    praesidium/presidium program/programme programmes/programs signaling/signalling
    sulfonate/sulphonate
""".split()  # noqa: SIM905
# Different words that have one form, all of them rare here.
APART = """
    aether/ether aetna/etna amor/amour charters/chartres caen/cen haem/hem outer/outre
    paean/pean timber/timbre timbers/timbres
""".split()  # noqa: SIM905
# Those of the documents and the sets of questions; look at one that is new before it is added.
IN_USE = """
    summarise/summarize
    anaemia/anemia anaemic/anemic analysing/analyzing celiac/coeliac celiacs/coeliacs
    diarrhea/diarrhoea esophagus/oesophagus estrogen/oestrogen fiber/fibre goiter/goitre
    haemoglobin/hemoglobin hypercalcaemia/hypercalcemia leukaemia/leukemia liter/litre
    neighbor/neighbour organise/organize orthopaedic/orthopedic osteopaenia/osteopenia
    paediatric/pediatric program/programme recognise/recognize remodeling/remodelling
    sulfasalazine/sulphasalazine traveling/travelling tumor/tumour
""".split()  # noqa: SIM905


@pytest.mark.parametrize("pair", PAIRS)
def test_both_forms_of_a_word_have_one_common_form(pair):
    british, american = pair.split("/")

    assert common_form(british) == common_form(american)
    assert common_form(british.upper()).lower() == common_form(american)


@pytest.mark.parametrize("word", LEFT)
def test_a_word_that_only_looks_british_or_american_is_left(word):
    assert common_form(word) == word


def test_no_two_words_of_the_documents_and_questions_become_one():
    folders = (ROOT / "knowledge" / "documents", ROOT / "tests" / "data", ROOT / "data")
    paths = [path for folder in folders for path in folder.glob("*.*")]
    text = " ".join(path.read_text(encoding="utf-8").lower() for path in paths)
    words = set(re.findall(r"[a-z]{3,}", text))

    assert len(words) > 5000
    assert find_met(words) <= set(IN_USE)


def test_hardly_any_two_words_of_the_dictionary_become_one():
    met = {pair for pair in find_met(read_english()) if not has_s_for_z(pair)}

    assert met == {*ONE_WORD, *APART}


def find_met(words: "Iterable[str]") -> "set[str]":
    by_form = defaultdict(list)
    for word in sorted(words):
        by_form[common_form(word)].append(word)
    return {"/".join(group) for group in by_form.values() if len(group) > 1}


def has_s_for_z(pair: str) -> bool:
    return len(set(pair.replace("z", "s").split("/"))) == 1


@pytest.mark.parametrize(
    ("word", "is_right"),
    [("hemorrhage", True), ("estrogen", True), ("traveling", True), ("hemorage", False)],
)
def test_a_form_of_the_other_side_is_no_mistake(word, is_right):
    assert has_english_form(word) is is_right


def test_correct_gives_a_word_the_form_that_the_field_has_most_of():
    spelling = Corrector({"oestrogen": 2, "estrogen": 1, "fiber": 1}, {"oestrogen": 5, "tumour": 1})

    assert spelling.correct("Estrogen, fibre and a tumor") == "oestrogen, fiber and a tumour"
    assert spelling.correct("oestrogen, a hemorrhage") == "oestrogen, a hemorrhage"
    assert spelling.correct("does the liver") == "does the liver"
