r"""Turns a question, plain text or a Stack Exchange post in HTML, into the text that is embedded.

The server does exactly the same (src/faq/text.cleaner.ts), so the steps are spelled out here and
fixed by test/fixtures/faq/cleaning.json. Every pattern means the same in Python's `re` and in
JavaScript with the flags `gu` (`giu` where "any case" is said), needs no look-behind and runs in
linear time: a scan that fails stops where the next attempt begins. Lengths do not change a step,
so bound the text before.

`SPACE` stands for [\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]
(white space of both languages and all control characters).

1. Lone surrogates:  [\ud800-\udfff]  ->  U+FFFD.
2. White space:      SPACE+  ->  " ".
3. Code blocks with their content, any case (an unclosed one is left to step 4):
                     <pre(?: [^<>]*)?>[^<]*(?:<(?!/?pre[ >])[^<]*)*</pre ?>  ->  " ".
4. Tags, any case:   <!--[^<>]*>  and
                     </?(?:NAMES)(?: [^<>=]+=[^<>]*| ?/| )?>  ->  " ".
   NAMES are the elements Stack Exchange posts are made of (see TAG below). Inline code keeps its
   content and a link its text. Anything else in angle brackets is text that somebody wrote
   (`Array<string>`, `<select>`, `a<b && c>d`): after a name only `name=value` counts as attributes.
5. Addresses, any case:
                     (?:https?|ftp)://[^ <>"'`()]*  ->  " ".
6. Entities, in one pass, so that `&amp;lt;` becomes `&lt;`:
                     &(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,6});
   a name is looked up in ENTITIES (case counts; an unknown one stays as it is), a number is its
   code point, or U+FFFD for 0, a surrogate or a number above 10FFFF.
7. White space:      SPACE+  ->  " ", then one " " is cut off at each end.

If nothing is left, steps 4, 6 and 7 alone are applied to the outcome of step 2 (a question that is
only code, or only an address). If still nothing is left, step 7 alone is (only tags). The outcome
is empty only for a text of white space and control characters. Lower case is the tokenizer's work.
"""

import re

SPACE = re.compile(
    "[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
CODE_BLOCK = re.compile(r"<pre(?: [^<>]*)?>[^<]*(?:<(?!/?pre[ >])[^<]*)*</pre ?>", re.IGNORECASE)
TAG = re.compile(
    r"<!--[^<>]*>"
    r"|</?(?:a|b|blockquote|br|code|dd|del|dl|dt|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|s|strike"
    r"|strong|sub|sup|u|ul)(?: [^<>=]+=[^<>]*| ?/| )?>",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:https?|ftp)://[^ <>\"'`()]*", re.IGNORECASE)
ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,6});")
ENTITIES = {
    "amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ",
    "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
    "rdquo": "”", "laquo": "«", "raquo": "»", "times": "×", "middot": "·", "bull": "•",
    "larr": "←", "rarr": "→", "le": "≤", "ge": "≥", "ne": "≠", "copy": "©", "trade": "™",
}  # fmt: skip
REPLACEMENT = "\ufffd"


def clean(text):
    """The text to embed, on one line; "" only if `text` holds nothing but white space."""
    text = collapse(LONE_SURROGATE.sub(REPLACEMENT, text))
    prose = ADDRESS.sub(" ", strip_tags(CODE_BLOCK.sub(" ", text)))
    return unescape(prose) or unescape(strip_tags(text)) or text


def strip_tags(text):
    return TAG.sub(" ", text)


def unescape(text):
    return collapse(ENTITY.sub(_character, text))


def collapse(text):
    return SPACE.sub(" ", text).strip(" ")


def _character(match):
    name = match[1]
    if name[0] != "#":
        return ENTITIES.get(name, match[0])
    point = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    is_character = 0 < point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF
    return chr(point) if is_character else REPLACEMENT
