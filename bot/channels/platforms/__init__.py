"""Messaging platforms: the way of a message from a webhook to an answer.

A webhook is read with a limit, checked (`Platform.check`) and read (`Platform.read`) by the module
of its platform. Each message in it is taken once, waits behind what its conversation asked before,
and is answered after the webhook was (`desk.py`). What Rasa says goes to the platform's own API
(`Platform.send`), drawn by `bot/messaging`.

To add a platform, write one module here with a class that satisfies `platform.Platform` and a
`SPEC` (`settings.Spec`: its environment variables, and the class), and put that into the table of
`registry.py`; name its channel in `CONTRACT_CHANNELS` of bot/nlg.py and actions/channel.py, and its
variables in docs/channels.md. `telegram.py` is an example. The module never logs, remembers,
orders, limits or retries: the others do.
"""
