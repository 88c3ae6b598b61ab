"""The JSON Schemas agree with the programs that read and write these files.

Usage: schema_test.py scenarios|profiles CONFORMANCE_FOLDER
"""
import copy
import json
import pathlib
import sys

import jsonschema

KINDS = {
    "scenarios": ("scenario/scenario.schema.json", "scenario/refused_scenarios.json", "scenarios"),
    "profiles": ("profile/profile.schema.json", "profile/refused_profiles.json", "profiles"),
}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def inner(document, pointer):
    """The value that holds what the pointer names, and its key in there."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in parents:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document, int(last) if isinstance(document, list) else last


def document_of(case, good):
    """The document of a case, or None when its text is no JSON."""
    if "text" in case:
        try:
            return json.loads(case["text"])
        except json.JSONDecodeError:
            return None
    document = copy.deepcopy(good)
    for pointer in case.get("remove", []):
        holder, key = inner(document, pointer)
        del holder[key]
    for pointer, value in case.get("set", {}).items():
        holder, key = inner(document, pointer)
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
    return document


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    schema_path, table_path, files = KINDS[kind]
    schema = read(folder / schema_path)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    failures = []
    table = read(folder / table_path)
    if not validator.is_valid(table["good"]):
        failures.append("the schema refuses the good one")
    for case in table["cases"]:
        document = document_of(case, table["good"])
        refused = document is None or not validator.is_valid(document)
        if refused != case.get("schema_refuses", True):
            failures.append(f"{case['name']}: the schema {'refuses' if refused else 'accepts'} it")

    paths = sorted((folder / files).glob("*.json"))
    if not paths:
        failures.append(f"{files}/ has no files")
    for path in paths:
        for error in validator.iter_errors(read(path)):
            failures.append(f"{path.name}: {error.json_path}: {error.message}")

    for failure in failures:
        print(failure)
    print(f"{len(table['cases'])} refused ones, {len(paths)} files: {len(failures)} disagree")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
