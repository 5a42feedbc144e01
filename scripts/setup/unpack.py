"""Unpacks what native TensorFlow needs of wheels: python3 unpack.py FOLDER WHEEL...

The two libraries and the C headers of TensorFlow, and all of the CUDA wheels: a tenth of what pip would install.
"""

import re
import sys
import zipfile

NEEDED = re.compile(
    r"nvidia/"
    r"|tensorflow/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$"
    r"|tensorflow/include/(tensorflow/c|tensorflow/core/platform"
    r"|tensorflow/core/common_runtime/next_pluggable_device/c|xla/tsl|tsl)/"
)

folder, *wheels = sys.argv[1:]
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, filter(NEEDED.match, archive.namelist()))
