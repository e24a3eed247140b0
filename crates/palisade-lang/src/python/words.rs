//! Modules that are never files of the project, unless one lies exactly where they would be.

/// Top-level modules of the standard library of Python 3.8 to 3.14.
const STANDARD: &[&str] = &[
    "__future__", "_thread", "abc", "aifc", "annotationlib", "argparse", "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audioop",
    "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs", "codeop",
    "collections", "colorsys", "compileall", "compression", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt",
    "csv", "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest", "email", "encodings",
    "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "getopt",
    "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http", "imaplib", "imghdr", "imp", "importlib",
    "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma", "mailbox", "mailcap", "marshal", "math",
    "mimetypes", "mmap", "modulefinder", "multiprocessing", "netrc", "nntplib", "ntpath", "numbers", "opcode", "operator", "optparse", "os",
    "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile",
    "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc", "queue", "quopri", "random", "re", "readline", "reprlib", "resource", "runpy", "sched",
    "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver",
    "sqlite3", "ssl", "stat", "statistics", "string", "stringprep", "struct", "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog",
    "tabnanny", "tarfile", "telnetlib", "tempfile", "termios", "textwrap", "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomllib",
    "trace", "traceback", "tracemalloc", "tty", "types", "typing", "unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave",
    "weakref", "webbrowser", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
    // Of Python 2, still met in old functions.
    "urllib2", "urlparse", "httplib", "cPickle", "StringIO", "cStringIO", "commands", "ConfigParser", "Queue", "__builtin__",
];

/// Third-party packages that have models or are met in most functions: a vendored copy is still the package.
const PACKAGES: &[&str] = &[
    "aiobotocore", "aiohttp", "anthropic", "aws_lambda_powertools", "aws_xray_sdk", "awswrangler", "bleach", "boto", "boto3", "botocore", "bs4",
    "cffi", "chalice", "certifi", "chardet", "charset_normalizer", "click", "cryptography", "dateutil", "defusedxml", "dill", "django",
    "elasticsearch", "fabric", "fastapi", "flask", "google", "httpx", "idna", "itsdangerous", "jinja2", "jmespath", "jose", "jsonpickle",
    "jsonschema", "jwt", "langchain", "ldap", "ldap3", "lxml", "mangum", "markupsafe", "mysql", "numpy", "openai", "opensearchpy", "orjson",
    "paho", "pandas", "paramiko", "PIL", "psycopg", "psycopg2", "pydantic", "pymongo", "pymysql", "pynamodb", "pytz", "redis", "requests",
    "requests_aws4auth", "s3transfer", "sh", "simplejson", "six", "slack_sdk", "snowflake", "sqlalchemy", "starlette", "stripe", "tldextract",
    "twilio", "ujson", "urllib3", "validators", "werkzeug", "xmltodict", "yaml",
];

/// Whether a top-level name is of the standard library.
pub(super) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// Whether a top-level name is a well-known package.
pub(super) fn is_package(name: &str) -> bool {
    PACKAGES.contains(&name)
}
