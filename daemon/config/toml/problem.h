// What is wrong with a configuration, and where.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace chancery::daemon {

struct ConfigProblem {
  unsigned line;          // 0: the file as a whole
  std::string message;    // what it is and what was expected
  std::string file = {};  // empty: the configuration itself
};

// Where problems are gathered, for all tables of one document.
struct ProblemList {
  std::vector<ConfigProblem> problems;
  bool is_whole = true;   // Document::is_whole: false mutes what follows from things left out
  std::string file = {};  // of what is read now

  void add(unsigned line, std::string message) {
    problems.push_back({line, std::move(message), file});
  }
  void add_missing(unsigned line, std::string message) {
    if (is_whole) add(line, std::move(message));
  }
};

}  // namespace chancery::daemon
