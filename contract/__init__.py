"""The turn contract of docs/contract.md as types, and how its fields are worded for people.

Both servers import it; it imports nothing of this project.
"""
