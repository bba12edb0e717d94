"""Write the spaCy pipeline to a folder: `python -m bot.vocabulary build/spacy`."""

import sys
from pathlib import Path

from bot.vocabulary.names import VocabularyFaulty, find_words, read_names
from bot.vocabulary.pipeline import write_pipeline


def main() -> int:
    """Run from the command line; 0 when done, 1 on a faulty vocabulary, 2 on wrong usage."""
    if len(sys.argv) != 2:
        print("usage: python -m bot.vocabulary FOLDER", file=sys.stderr)
        return 2
    try:
        write_pipeline(Path(sys.argv[1]), words=find_words())
    except VocabularyFaulty as err:
        print(err, file=sys.stderr)
        return 1
    print(f"{sys.argv[1]}: {len(list(read_names(words=find_words())))} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
