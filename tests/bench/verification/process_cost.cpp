// process_cost RUNS -- COMMAND... -- COMMAND...: what each command costs as a process, all taking
// turns in one run. Prints a JSON object a line for each: medians of wall and CPU time, and the
// peak of resident memory.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

struct Cost {
  double wall_ms;
  double cpu_ms;
  long peak_kib;
};

using Command = std::vector<char*>;  // ends with a null pointer

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// fork, not vfork: a child's peak begins with its parent's size, so the parent must be small.
Cost run(const Command& command) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
    ::execv(command.front(), command.data());
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fmt::print(stderr, "{}: exit status {}\n", command.front(), WEXITSTATUS(status));
    std::exit(1);
  }
  return {wall.count(), milliseconds(used.ru_utime) + milliseconds(used.ru_stime), used.ru_maxrss};
}

template <typename Field>
auto median(std::vector<Cost> costs, Field field) {
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::ranges::nth_element(costs, middle, {}, field);
  return (*middle).*field;
}

std::vector<Command> parse(char** words) {
  std::vector<Command> commands;
  for (; *words != nullptr; ++words) {
    if (std::string_view(*words) == "--")
      commands.emplace_back();
    else if (!commands.empty())
      commands.back().push_back(*words);
  }
  for (Command& command : commands) command.push_back(nullptr);
  return commands;
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 0;
  const std::vector<Command> commands = argc > 2 ? parse(argv + 2) : std::vector<Command>{};
  if (runs < 1 || commands.empty()) {
    fmt::print(stderr, "usage: process_cost RUNS -- COMMAND... [-- COMMAND...]\n");
    return 2;
  }
  std::vector<std::vector<Cost>> costs(commands.size());
  for (int turn = 0; turn < runs; ++turn)
    for (std::size_t index = 0; index < commands.size(); ++index)
      costs[index].push_back(run(commands[index]));
  for (const std::vector<Cost>& each : costs)
    fmt::print("{{\"wall_ms\": {:.2f}, \"cpu_ms\": {:.2f}, \"peak_kib\": {}}}\n",
               median(each, &Cost::wall_ms), median(each, &Cost::cpu_ms),
               median(each, &Cost::peak_kib));
}
