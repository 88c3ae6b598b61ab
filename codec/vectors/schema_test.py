"""The committed test vectors fit vectors.schema.json, and the schema refuses what it should.

Usage: schema_test.py FOLDER
"""
import json
import pathlib
import sys

import jsonschema


def main():
    folder = pathlib.Path(sys.argv[1])
    schema = json.loads((folder / "vectors.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = [path for path in sorted(folder.glob("*.json")) if path.name != "vectors.schema.json"]
    assert len(files) == 7, f"not the seven files: {files}"

    accepts_one = jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/vector"})
    count = refused = 0
    for path in files:
        document = json.loads(path.read_text(encoding="utf-8"))
        validator.validate(document)
        for vector in document["vectors"]:
            count += 1
            if count % 10 != 1:  # one in ten is enough to try changes on
                continue
            for key in vector:
                less = {name: value for name, value in vector.items() if name != key}
                if key != "limits":
                    assert not accepts_one.is_valid(less), f"the schema accepts a vector without {key}: {less}"
                    refused += 1
            assert not accepts_one.is_valid({**vector, "surprise": 1}), f"the schema accepts an unknown key: {vector}"
            assert not accepts_one.is_valid({**vector, "bytes": "0"}), "the schema accepts half a byte"
    print(f"{count} vectors fit, {refused} changed ones are refused")


if __name__ == "__main__":
    main()
