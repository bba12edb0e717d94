"""The tables of conversations: events, replies to their messages, and which were deleted."""

import hashlib

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

# Longest name, in characters. PostgreSQL refuses longer ones.
MAX_NAME = 255

metadata = MetaData()

# As Rasa's own SQL store has it.
events = Table(
    "events",
    metadata,
    # SQLite numbers only what it calls an integer by itself.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("sender_id", String(MAX_NAME), nullable=False),
    Column("type_name", String(MAX_NAME), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(MAX_NAME)),
    Column("action_name", String(MAX_NAME)),
    Column("data", Text),
    # The last event of a conversation is looked up for every message.
    Index("ix_events_sender_id_id", "sender_id", "id"),
)

# What a message was answered: the same id gets the same reply. Times are seconds since 1970.
replies = Table(
    "replies",
    metadata,
    Column("sender_id", String(MAX_NAME), primary_key=True),
    Column("message_id", String(MAX_NAME), primary_key=True),
    Column("turns", Text, nullable=False),
    Column("time", Float, nullable=False, index=True),
)

# Sessions that people deleted, as long as their tokens hold. Nothing is stored of them any more.
deleted = Table(
    "deleted",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("until", Float, nullable=False, index=True),
)


def hash_session(sender_id: str) -> str:
    """Return 64 hexadecimal digits that stand for a deleted session: nobody can tell its id.

    Sender ids of sessions are random, so there is nothing to guess and no need of a salt.
    """
    return hashlib.sha256(sender_id.encode("utf-8", "surrogatepass")).hexdigest()
