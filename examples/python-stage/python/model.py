"""Stage 2: what kind of file is it? Magika's network, on onnxruntime."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from mosec import Worker

BEST = 5


class FileType(Worker):
    # Warm-up: the server is ready only after this batch ran.
    example = [np.full(2048, 256, np.int32)] * 2

    def __init__(self):
        super().__init__()
        # Only the files of the package are read, so its own code is not loaded.
        (folder,) = Path(find_spec("magika").submodule_search_locations[0]).glob("models/standard_*")
        self.session = onnxruntime.InferenceSession(folder / "model.onnx")
        self.kinds = json.loads((folder / "config.min.json").read_text())["target_labels_space"]

    def forward(self, data):
        """A list of int32 arrays in, one result for each out."""
        (probabilities,) = self.session.run(None, {"bytes": np.stack(data)})
        best = np.argsort(-probabilities, axis=1)[:, :BEST]
        return [
            {"kinds": [self.kinds[i] for i in row], "scores": scores[row]}
            for row, scores in zip(best, probabilities)
        ]
