"""A browser in two words, out of the long line by which it introduces itself."""

from __future__ import annotations

from flask_babel import gettext

# The first that matches: browsers claim to be each other, the honest name stands beside.
BROWSERS = (
    ("Edg/", "Edge"), ("QIHU", "360"), ("360SE", "360"), ("360EE", "360"), ("Qaxbrowser", "奇安信"),
    ("QQBrowser", "QQ"), ("MicroMessenger", "WeChat"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(line: str) -> str:
    """ "Chrome · Windows"; what nobody recognizes stands for itself, shortened."""
    found = [next((name for sign, name in table if sign in line), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or line[:40] or gettext("Unknown device")
