// Kills the process after every single step of the journal, and opens what it left.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "tests/faults/journal_facts.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

struct Life {
  bool was_killed;
  std::vector<Fact> facts;
};

// In the child: what is written to the pipe was confirmed before whatever comes next.
[[noreturn]] void live_and_die(const std::filesystem::path& path, std::size_t steps, int pipe) {
  const auto note = [pipe](const Fact& fact) {
    const std::string line = fact.line() + "\n";
    if (write(pipe, line.data(), line.size()) != std::ssize(line)) _exit(2);
  };
  auto options = noted_options(path, note);
  options.at_step = [&steps](std::string_view) {
    if (steps-- == 0) kill(getpid(), SIGKILL);
  };
  {
    const auto journal = open_journal(std::move(options));
    live_through(*journal, "life", note);
  }
  _exit(0);
}

Life live(const std::filesystem::path& path, std::size_t steps) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) live_and_die(path, steps, ends[1]);
  close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  Life life{WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, {}};
  EXPECT_TRUE(life.was_killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) life.facts.push_back(Fact::parse(line));
  return life;
}

TEST(JournalKill, WhatWasConfirmedSurvivesAKillAfterEachStep) {
  const std::filesystem::path memory = "/dev/shm";  // what the kernel has needs no disk
  const TemporaryDirectory directory(
      std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path());
  std::size_t steps = 0;
  for (bool was_killed = true; was_killed; ++steps) {
    const auto path = directory / std::to_string(steps) / "journal.db";
    std::filesystem::create_directory(path.parent_path());
    const Life life = live(path, steps);
    JournalFacts facts;
    for (const Fact& fact : life.facts) facts.note(fact);
    const auto journal = open_journal(path);
    auto broken = facts.find_broken_promise(*journal);
    if (!broken) broken = facts.find_receipt_used_twice(*journal);
    ASSERT_FALSE(broken) << "killed at step " << steps << ": " << *broken;
    std::filesystem::remove_all(path.parent_path());
    was_killed = life.was_killed;
  }
  EXPECT_GT(steps, 100U);
}

}  // namespace
}  // namespace chancery::testing
