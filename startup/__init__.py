"""What both servers do before they start and while they serve: faults are found, health is probed.

Each server adds what it reads itself (bot/check.py, actions/check.py) and refuses to start with a
fault; `python -m bot check` and `python -m actions check` say the same and start nothing.
"""
