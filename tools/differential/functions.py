#!/usr/bin/env python3
"""Counts functions without Palisade, and looks for each of them in what Palisade reads.

    cargo xtask declared REPOSITORIES --out declared.jsonl
    python functions.py REPOSITORIES declared.jsonl [PALISADE]

Counted are the functions of SAM and CloudFormation templates (by cfn-lint's decoder) and the keys under `functions` of
`serverless*.yml`. Prints how many were found, each once, with a role and a trigger, which are missing and why, and how
many handlers of Python and Node that are declared by plain path were linked to source. With the path of a `palisade`
program every repository is scanned too, and a handler counts as linked there only if its file gives it a value.
"""
import collections
import json
import os
import subprocess
import sys

import counted

SHOWN = 60


class Read:
    """What Palisade read of a repository."""

    def __init__(self):
        self.functions = collections.defaultdict(list)
        self.templates = set()
        self.problems = {}

    def add(self, line):
        for path, _, message in line.get('problems', []):
            self.problems.setdefault(path, message)
        if 'template' not in line:
            return
        self.templates.add(line['template'])
        for function in line['functions']:
            # Functions of nested stacks stand behind the name of their stack, those of services behind a word.
            key = line['template'], function['id'].rsplit('/', 1)[-1].removeprefix('functions.')
            self.functions[key].append({**function, 'nested': line['nested'], 'aside': line['aside']})

    def why_not(self, function):
        """Why a function is missing."""
        template = function['template']
        message = self.problems.get(template, '')
        if message.startswith('the same functions as `'):
            original = os.path.join(os.path.dirname(template), os.path.basename(message.split('`')[1]))
            if self.functions.get((original, function['id'])):
                return 'its template is a copy of one that was read, with this function'
        if message:
            return ' '.join(word for word in message.split() if not word.startswith('`'))
        if template in self.templates:
            return 'its template was read without it'
        return 'its template was not read'


def read(path):
    found = collections.defaultdict(Read)
    for line in map(json.loads, open(path, encoding='utf-8')):
        found[line['repository']].add(line)
    return found


def scanned(program, repository):
    """Functions with linked handlers by file and name, as a scan shows them."""
    command = [program, 'scan', '--format', 'json', '--jobs', '1', repository]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    functions = json.loads(output)['app']['functions'] if output else []
    return {((function.get('place') or {}).get('file'),
             function['name'].rsplit('/', 1)[-1].removeprefix('functions.'))
            for function in functions if function.get('handler')}


def is_plain(function):
    """A Python or Node handler that is declared by plain path, with its code in the tree."""
    runtime = function['runtime'] or ''
    return function['local'] and function['handler'] and runtime.startswith(('python', 'nodejs'))


def found_of(function, known):
    """The functions Palisade read for a counted one; of a loop any that its template declares."""
    key = function['template'], function['id'].rsplit('/', 1)[-1]
    if key not in known.functions and 'Fn::ForEach' in function['id']:
        prefix = key[1].split('${')[0]
        return [one for (template, name), all_ in known.functions.items() for one in all_[:1]
                if template == key[0] and name.startswith(prefix)]
    return known.functions.get(key, [])


class Tally:
    """What was counted, and what was not found, each with its place."""

    def __init__(self):
        self.counts = collections.Counter()
        self.missing, self.unlinked, self.unread, self.bare, self.roleless = [], [], [], [], []

    def add(self, function, known, shown, place):
        """Looks for a counted function in what was read of its repository, and in what a scan showed."""
        kind = 'service' if function['service'] else 'template'
        self.counts[kind] += 1
        found = found_of(function, known)
        if not found:
            self.missing.append((known.why_not(function), place))
            return
        self.counts[f'{kind} found'] += 1
        self.counts['once'] += sum(not one['nested'] for one in found) <= 1
        first = found[0]
        self.counts.update(name for name in ('roles', 'triggers', 'aside') if first[name])
        self.counts['events'] += function['events']
        if function['events'] and not first['triggers']:
            self.bare.append(place)
        if not first['roles']:
            self.roleless.append(place)
        if is_plain(function):
            self.counts['plain'] += 1
            self.counts['linked in a scan'] += (function['template'], function['id'].rsplit('/', 1)[-1]) in shown
            if isinstance(first['source'], list):
                self.counts['linked'] += 1
            else:
                self.unlinked.append(f'{place}: {first["source"]["not"]}')

    def report(self, program):
        counts = self.counts
        found = counts['template found'] + counts['service found']
        print('functions of templates found', share(counts['template found'], counts['template']))
        print('functions of services found', share(counts['service found'], counts['service']))
        print(f'of the {found} found: once {counts["once"]}, with a role {counts["roles"]}, with a trigger '
              f'{counts["triggers"]} ({counts["events"]} declare events), in folders that a scan leaves aside '
              f'{counts["aside"]}')
        print('handlers linked', share(counts['linked'], counts['plain']))
        if program:
            print('handlers linked in a scan', share(counts['linked in a scan'], counts['plain']))
        print(f'templates that were not counted, since no decoder reads them: {len(self.unread)}')
        for reason, count in collections.Counter(reason for reason, _ in self.missing).most_common():
            print(f'   missing {count}: {reason}')
        listed('missing', [f'{place}: {reason}' for reason, place in self.missing])
        listed('not linked', self.unlinked)
        listed('with events, without a trigger', self.bare)
        listed('without a role', self.roleless)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    root, program = sys.argv[1], sys.argv[3] if len(sys.argv) == 4 else None
    known, tally = read(sys.argv[2]), Tally()
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if name.startswith('.') or not os.path.isdir(path):
            continue
        functions, refused = counted.functions(path)
        tally.unread += [f'{name}/{place}: {error}' for place, error in refused]
        shown = scanned(program, path) if program else set()
        for function in functions:
            tally.add(function, known[name], shown, f'{name}/{function["template"]} {function["id"]}')
    tally.report(program)


def share(part, whole):
    return f'{part} of {whole} = {100 * part / max(1, whole):.1f} %'


def listed(title, lines):
    print(f'== {title} {len(lines)}', *lines[:SHOWN], sep='\n   ')


if __name__ == '__main__':
    main()
