"""A server of this project, any part of which can be made to fail while it runs.

`python tests/e2e/sabotage.py bot run …` or `… actions`, with the project's folder in PYTHONPATH.
The file that `CANARY_FAULT` names holds the part that is to fail, by a name below; what did fail is
added to the file beside it, `.hits`.
"""

import functools
import importlib
import os
import sys
from pathlib import Path
from typing import Any

CANARY = "xqcanaryx"
# Name of a part: where it is.
PARTS = {
    "actions": {
        "executor": "rasa_sdk.executor:ActionExecutor.run",
        "tracker": "rasa_sdk.interfaces:Tracker.from_dict",
        "answer": "actions.library_action:LibraryAction.run",
        "replier": "actions.replies.replier:Replier.__init__",
        "retriever": "knowledge.search.retriever:Retriever.follow",
        "encoder": "encoder:OnnxEncoder.encode_with_pieces",
        "recorder": "outcomes.recorder:Recorder.record",
        "store": "outcomes.store:Store.write",
        "redact": "actions.redaction:find_phones",
    },
    "bot": {
        "spelling": "bot.components.spelling_corrector:SpellingCorrector.process",
        "spacy": "rasa.nlu.utils.spacy_utils:SpacyNLP.process",
        "tokenizer": "rasa.nlu.tokenizers.spacy_tokenizer:SpacyTokenizer.process",
        "entities": "bot.components.vocabulary_entity_extractor:VocabularyEntityExtractor.process",
        "features": "bot.components.sentence_encoder_featurizer:SentenceEncoderFeaturizer.process",
        "intents": (
            "bot.components.nearest_example_intent_classifier"
            ":NearestExampleIntentClassifier.process"
        ),
        "advice": "bot.components.personal_advice_detector:PersonalAdviceDetector.process",
        "fallback": "rasa.nlu.classifiers.fallback_classifier:FallbackClassifier.process",
        "red_flags": "bot.components.red_flag_detector:RedFlagDetector.process",
        "bot_encoder": "encoder:OnnxEncoder.encode",
        "memoization": (
            "rasa.core.policies.memoization:MemoizationPolicy.predict_action_probabilities"
        ),
        "rules": "rasa.core.policies.rule_policy:RulePolicy.predict_action_probabilities",
        "processor": "rasa.core.processor:MessageProcessor.log_message",
        "action": "rasa.core.actions.action:RemoteAction.run",
        "save": "bot.conversations.tracker_store:LiveTrackerStore.save",
        "retrieve": "bot.conversations.tracker_store:LiveTrackerStore.retrieve",
        "nlg": "bot.conversations.nlg:TurnGenerator.generate",
        "broker": "bot.conversations.event_broker:OutcomeBroker.publish",
        "lock": "bot.conversations.lock_store:WakingLockStore.lock",
        "bot_recorder": "outcomes.recorder:Recorder.record",
        "bot_store": "outcomes.store:Store.write",
        "collector": "bot.channels.collector:TurnCollector.send_response",
        "fragments": "bot.turns.fragments:Fragments.take",
        "read": "bot.channels.messaging.telegram.platform:Telegram.parse_webhook",
        "check": "bot.channels.messaging.telegram.platform:Telegram.verify_signature",
        "send": "bot.channels.messaging.telegram.platform:Telegram.send_message",
    },
}


def main() -> None:
    """Start the server that the first argument names."""
    program = sys.argv.pop(1)
    fault = Path(os.environ["CANARY_FAULT"])
    if program == "bot":
        from bot import __main__ as bot_main
        from bot.patches import replaces

        apply = replaces.apply_all

        def apply_and_break() -> None:
            apply()
            break_parts("bot", fault)

        replaces.apply_all = apply_and_break
        bot_main.main()
    else:
        from actions import __main__ as actions_main

        break_parts("actions", fault)
        sys.exit(actions_main.main())


def break_parts(program: str, fault: Path) -> None:
    """Let every part of a program fail when its name stands in a file."""
    for name, place in PARTS[program].items():
        module, _, path = place.partition(":")
        owner: Any = importlib.import_module(module)
        *folders, attribute = path.split(".")
        for each in folders:
            owner = getattr(owner, each)
        is_class_method = isinstance(vars(owner).get(attribute), classmethod)
        failing = wrap(getattr(owner, attribute), name, fault)
        setattr(owner, attribute, staticmethod(failing) if is_class_method else failing)


def wrap(original: Any, name: str, fault: Path) -> Any:
    """Return a function that does the same, or fails with words in message, cause and locals."""

    @functools.wraps(original)
    def failing(*args: Any, **options: Any) -> Any:
        if fault.read_text() == name:
            with fault.with_suffix(".hits").open("a") as hits:
                hits.write(f"{name}\n")
            words = f"I have {CANARY}"
            try:
                raise KeyError(words)
            except KeyError as err:
                raise RuntimeError(f"Cannot handle '{words}' of {CANARY}") from err
        return original(*args, **options)

    return failing


if __name__ == "__main__":
    main()
