// The local log's files over a ShadowDisk: the ordinary ones do the work, the model keeps the
// score.
#pragma once

#include <memory>

#include "daemon/local_log/files.h"
#include "tests/support/disk/shadow_disk.h"

namespace chancery::testing {

// `files` seen as `directory` of the disk, "" for the disk itself. The model may be shared with
// other directories and with SQLite's files: one loss of power hits all.
std::unique_ptr<daemon::Files> shadow_files(ShadowDisk& disk, const std::string& directory,
                                            std::unique_ptr<daemon::Files> files);

}  // namespace chancery::testing
