"""The HTTP server in front of every channel: it refuses bad requests before anybody reads them.

Sanic 21.12, which Rasa pins, takes requests that other HTTP servers refuse, waits for slow clients
without end, and names itself on its error pages. `install.harden` replaces that for an application;
`bot/patches/http_server.py` calls it for all of Rasa's.
"""
