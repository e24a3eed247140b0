from __future__ import annotations
import os, os.path as p
import xml.etree.ElementTree
import xml.dom
from .shared import *
from . import sibling as s
from pkg.mod import name, other as renamed

def late():
    import json
    return json.loads
