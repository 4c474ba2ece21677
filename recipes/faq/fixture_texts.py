"""The inputs that fixtures.py makes expectations for."""

CLEANING = [
    # Plain text stays what it is.
    "How do I sort an array of numbers?",
    "  two  spaces   and a tab\there ",
    "lines\r\nof\rall\nkinds\n\n",
    "UPPER case stays",
    "",
    " \t\r\n ",
    "caf\u00e9 na\u00efve stra\u00dfe \u0130stanbul",
    "\u65e5\u672c\u8a9e\u306e\u8cea\u554f",
    "emoji \U0001f600 and family \U0001f468\u200d\U0001f469\u200d\U0001f467",
    # Posts.
    "<p>How do I <strong>sort</strong> an <em>array</em>?</p>\n\n<p>I tried it.</p>\n",
    "<p>What does <code>a ?? b</code> mean?</p>",
    "<p>Before</p>\n<pre><code>let x = 1;\nlet y = 2;\n</code></pre>\n<p>after</p>",
    '<p>Before</p>\n<pre class="lang-js prettyprint-override"><code>f()</code></pre><p>after</p>',
    "<PRE>code</PRE> loud <P>tags</P>",
    "one <pre>a</pre> two <pre>b</pre> three",
    "line<br>break<br/>and<br />again<hr>",
    "<ul><li>first</li><li>second</li></ul>",
    "<h2>Title</h2><blockquote><p>quoted</p></blockquote>",
    '<img src="https://example.com/a.png" alt="a picture"> what is this',
    "<!-- language: lang-js --> highlighted",
    "press <kbd>Ctrl</kbd>+<kbd>C</kbd>, H<sub>2</sub>O, x<sup>2</sup>",
    # Code blocks that are broken or all there is.
    "never closed <pre>code goes on",
    "never opened code</pre> goes on",
    "<pre>outer <pre>inner</pre> rest</pre> end",
    "<pre>a < b && c > d</pre> compare",
    "<pre><code>only code</code></pre>",
    "<pre>a &lt; b</pre>",
    "<pre></pre>",
    "<p></p>",
    "<p> &nbsp; </p>",
    "<prefix>not code</prefix>",
    "<pre >spaced</pre > out",
    "<pre>one<preview>two</preview>three</pre> four",
    # Angle brackets that are text.
    "a < b && c > d",
    "if (a<b && c>d) return",
    "i<b>=c",
    "Array<string> and Map<string, number>",
    "a <div> with a <select> and <script>alert(1)</script>",
    "x <= y, y >= z, x <> z, p -> q, r => s",
    "<", ">", "<>", "< p >", "</", "<p", "<<p>>", "<p<p>", "text <p",
    '<a href="x" title="a > b">link</a>',
    "<code x>not a tag</code>",
    # Links and addresses.
    '<a href="https://example.com/docs" rel="nofollow">the docs</a> say so',
    '<a href="https://example.com">https://example.com</a> says so',
    "see https://example.com/a?b=c&amp;d=e#f for more",
    "see (http://example.com/a_(b)) and <ftp://example.com>, HTTP://EXAMPLE.COM",
    "fetch('https://api.example.com/v1') fails, \"http://localhost:3000\" too",
    "https://example.com",
    "www.example.com mailto:me@example.com localhost:8080 file:///etc/hosts",
    # Entities.
    "a &lt; b &amp;&amp; c &gt; d",
    "&lt;p&gt;not a tag&lt;/p&gt; and &amp;lt; once",
    "&quot;it&#39;s&quot; &#x27;so&#X27; &apos;!&apos;",
    "a&nbsp;b&#160;c&hellip;&mdash;&ndash;&rarr;",
    "&#0; &#xD800; &#x110000; &#9999999; &#128512; &#x1F600;",
    "&unknown; &AMP; &amp &; &#; &#x; &#12345678; a&b;c",
    "x&#10;y&#7;z",
    # Characters that cannot be seen.
    "nul\u0000in\u0001the\u001fmiddle\u007f",
    "\ufeffbyte order mark, next\u0085line, no\u00a0break, line\u2028separator",
    "wide\u3000space thin\u2009space zero\u200bwidth soft\u00adhyphen",
    "lone \ud83d high, low \ude00 surrogate",
    "\ud83d",
    "\u202ereversed\u202c and \u0301combining",
    # Letters that equal ASCII ones when case is folded.
    "<\u017ftrong>long s</\u017ftrong> <\u212abd>kelvin</\u212abd> http\u017f://example.com",
]

QUESTIONS = [
    "let or var?",
    "Why is my variable undefined when I log it before the declaration?",
    "explain closures please",
    "all click handlers I make in a loop alert the same number",
    "this is undefined in my event handler",
    "arrow function or function keyword for methods?",
    "<p>What do <code>call</code> and <code>apply</code> do?</p>",
    "What is the difference between null and undefined?",
    "how can i copy an object with everything inside it",
    "remove duplicates from list",
    "<p>How do I sort this?</p><pre><code>[{age: 3}, {age: 1}]</code></pre>",
    "Unexpected token &lt; in JSON at position 0",
    "0.1 + 0.2 !== 0.3",
    "random number from 1 to 6",
    "My await inside forEach does nothing",
    "<pre><code>Promise.allSettled(requests)</code></pre>",
    "wait two seconds before the next line",
    "the browser says blocked by CORS policy, what now? https://example.com/api",
    "get ?id= from the address",
    "how do I react to clicks on rows that are added later",
    "Is innerHTML dangerous?",
    "user presses enter",
    "require is not defined",
    "How do I load secrets from a .env file?",
    "UPPERCASE FIRST LETTER OF A WORD",
    "\u00bfQu\u00e9 tiempo har\u00e1 ma\u00f1ana en C\u00e1diz?",
    "\u914d\u5217\u3092\u30bd\u30fc\u30c8\u3059\u308b\u65b9\u6cd5",
    "\U0001f600\U0001f600\U0001f600",
]

_WORDS = (
    "the array value of my function returns undefined when I call it twice inside a loop because "
    "setTimeout runs later than the promise callback and I do not understand why this happens here"
).split()


def token_texts():
    """Texts that a tokenizer may split in surprising ways: about 120 of them."""
    return [*_SHORT, *_CODE, *_LANGUAGES, *_symbols(), *_long(), *_hidden()]


_SHORT = [
    "a", "?", "...", "let vs var", "How do I sort an array?", "don't can't it's they're",
    "state-of-the-art re-render", "e.g. i.e. etc.", "3.14159 1,000,000 0xFF 1e-10 -5 50%",
    "v1.2.3-beta.4+build", "node_modules/.bin/tsc", "C:\\Users\\me\\file.txt", "me@example.com",
    "#hashtag @mention $money ^caret ~tilde", "under_score and camelCaseWord and PascalCase",
    "HTTPServer XMLHttpRequest iOS macOS", "unaffable unwantedness antidisestablishmentarianism",
    "jQuery lodash webpack eslint nodejs", "[CLS] [SEP] [MASK] [PAD] [UNK]", "[cls] ##ing ##s",
    "Hello[SEP]World", "\u2018single\u2019 \u201cdouble\u201d \u00abguillemets\u00bb",
    "dash\u2013en dash\u2014em minus\u2212sign", "ellipsis\u2026 bullet\u2022 section\u00a7",
]  # fmt: skip

_CODE = [
    "const x = a ?? b;",
    "const { a: { b = 5 } = {}, ...rest } = obj;",
    "arr.map(x => x * 2).filter(Boolean)",
    "if (a === b && c !== d || !e) { return; }",
    "for (let i = 0; i < arr.length; i++) console.log(arr[i]);",
    "async function* gen() { yield* other(); }",
    "`template ${literal} string`",
    "/^[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$/i.test(mail)",
    "document.querySelectorAll('.item > a[href^=\"http\"]')",
    "JSON.parse('{\"a\": [1, 2, {\"b\": null}]}')",
    "TypeError: Cannot read properties of undefined (reading 'map')",
    "npm ERR! code ERESOLVE",
    "export default class Foo extends React.Component<Props, State> {}",
    "x <<= 2; y >>>= 1; z **= 3; a ||= b; c &&= d; e ??= f;",
    "obj?.prop?.[key]?.()",
    "#!/usr/bin/env node",
    "<div class=\"a b\">text</div>",
    "SELECT * FROM t WHERE a <> 'b' -- comment",
    "0.1 + 0.2 === 0.30000000000000004",
    "\\u0041 \\n \\t \\\\ \\x41",
]

_LANGUAGES = [
    "caf\u00e9 na\u00efve r\u00e9sum\u00e9 co\u00f6perate fa\u00e7ade",
    "cafe\u0301 with a combining accent, e\u0302\u0301 with two",
    "Stra\u00dfe \u1e9e GR\u00d6SSE gr\u00f6\u00dfer \u00c4pfel",
    "\u00c5ngstr\u00f6m \u212b \u00d8re \u0141\u00f3d\u017a \u010ce\u0161tina",
    "\u0130stanbul ISPARTA \u0131s\u0131",
    "\u00bfC\u00f3mo est\u00e1s? \u00a1Ma\u00f1ana!",
    "\u041a\u0430\u043a \u043e\u0442\u0441\u043e\u0440\u0442\u0438\u0440\u043e\u0432\u0430\u0442\u044c \u043c\u0430\u0441\u0441\u0438\u0432? \u0401\u043b\u043a\u0430 \u0439",
    "\u03a0\u03ce\u03c2 \u03bb\u03b5\u03b9\u03c4\u03bf\u03c5\u03c1\u03b3\u03b5\u03af \u03b7 \u03b3\u03bb\u03ce\u03c3\u03c3\u03b1;",
    "\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a",
    "\u914d\u5217\u3092\u30bd\u30fc\u30c8\u3059\u308b\u65b9\u6cd5\u306f\uff1f",
    "\u5982\u4f55\u5bf9\u6570\u7ec4\u6392\u5e8f\uff1f",
    "mixed\u6570\u7ec4text and \u30ab\u30bf\u30ab\u30ca \uff76\uff80\uff76\uff85",
    "\ubc30\uc5f4\uc744 \uc815\ub82c\ud558\ub294 \ubc29\ubc95",
    "Ti\u1ebfng Vi\u1ec7t c\u00f3 d\u1ea5u",
    "\uff26\uff55\uff4c\uff4c\u3000width \uff11\uff12\uff13",
    "\ufb01ligature \ufb02ow \u0152uvre \u00e6on",
    "\u0660\u0661\u0662 \u0967\u0968\u0969 \u2460\u2461 \u00bd\u00b2 \u2167",
]


def _symbols():
    return [
        "\U0001f600", "\U0001f600\U0001f603 two", "word\U0001f680word", "\u2764\ufe0f heart",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 family", "\U0001f44d\U0001f3fd skin",
        "\U0001f1e9\U0001f1ea flag", "1\ufe0f\u20e3 keycap", "\u2713 \u2717 \u2605 \u2192 \u21d2",
        "\u2200x\u2208\u211d: x\u00b2\u22650 \u2211 \u222b \u221e", "\u20ac10 \u00a35 \u00a57 \u20b91",
        "\u00a9 \u00ae \u2122 \u00b0C \u00b5m", "\u2588\u2593 \u250c\u2500\u2510", "\U0001d4d0\U0001d4d1 script",
    ]  # fmt: skip


def _long():
    words = [_WORDS[i % len(_WORDS)] for i in range(300)]
    return [
        "a" * 99, "a" * 100, "a" * 101, "a" * 250, "x" * 100 + " y", "\u00e9" * 100, "\u00e9" * 101,
        "\u0416" * 60, "\U0001d4d0" * 100, "\U0001d4d0" * 101, "ab" * 55 + "-" + "cd" * 40,
        "\u6570" * 130, "?" * 140, "1" * 120, "-".join(["word"] * 80),
        " ".join(words[:125]), " ".join(words[:126]), " ".join(words[:127]), " ".join(words[:128]),
        " ".join(words), " ".join(words).upper(), "how " * 200, "supercalifragilistic " * 30,
    ]  # fmt: skip


def _hidden():
    return [
        "nul\u0000inside", "bell\u0007 escape\u001b[0m", "delete\u007f next\u0085line",
        "zero\u200bwidth non\u200cjoiner join\u200der", "soft\u00adhyphen word\u2060joiner",
        "\ufeffmark", "no\u00a0break thin\u2009space wide\u3000space", "line\u2028and\u2029paragraph",
        "tab\tand\nnewline\r\nreturn", "  leading and trailing  ", "replacement\ufffdcharacter",
        "\u202eright to left\u202c \u2066isolate\u2069", "private\ue000use", "variation\ufe0fselector",
        "a\u0301\u0302\u0303\u0304 stacked", "\u0301leading mark",
    ]  # fmt: skip
