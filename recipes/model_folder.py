"""Writes the two JSON files that make a folder a model version: model.json and golden.json.

Shared by the recipes, which run from the repository root as scripts of their own folder:

    import sys
    from pathlib import Path
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from model_folder import write_golden, write_manifest
"""

import hashlib
import json
from pathlib import Path


def write_manifest(folder, manifest):
    """Write folder/model.json.

    manifest: the members of src/registry/model.manifest.ts, where `files` is a list of
    paths relative to the folder ("model.onnx", "golden/cat.jpg"). Each becomes
    {path, sha256, bytes}, so write the files first, and never touch them afterwards.
    """
    folder = Path(folder)
    files = [_describe(folder, path) for path in manifest["files"]]
    _write_json(folder / "model.json", {**manifest, "files": files})


def write_golden(folder, golden):
    """Write folder/golden.json: {"tolerance": number, "cases": [input with expected answer, …]}."""
    _write_json(Path(folder) / "golden.json", golden)


def _describe(folder, path):
    content = (folder / path).read_bytes()
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
