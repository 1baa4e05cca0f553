// A process that is killed at every call of a save of several files (shards with their index, and
// distributed checkpoints): what is there afterwards is the old checkpoint or the new one, whole. A
// program of its own, since it stands in for the system's calls.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

extern "C" {
#include "capi/failing_files.h"
}

namespace duramen::test {
namespace {

struct Case {
  std::string_view name;  // "…/": a distributed checkpoint, else shards
  size_t old_count;       // of tensors, each a shard; 0: there is no old checkpoint
  size_t new_count;
  io::Durability durability;
};

bool is_dcp(const Case& which) { return which.name.ends_with('/'); }
// What is replaced last.
std::string head_of(const Folder& folder, const Case& which) {
  return folder.file(which.name) + (is_dcp(which) ? ".metadata" : ".index.json");
}

Ref<StateDict> dict_of(const Files& files, size_t count, float value) {
  auto dict = make<StateDict>();
  for (size_t i = 0; i < count; ++i) {
    dict->set_tensor(std::to_string(i), files.tensor({2}, {value, value}));
  }
  return dict;
}

void save(const Files& files, const Folder& folder, const Case& which, size_t count, float value) {
  io::SaveOptions options;
  options.max_shard_bytes = is_dcp(which) ? 0 : 8;
  options.durability = which.durability;
  io::save(files.services, *dict_of(files, count, value), folder.file(which.name), options);
}

// The value of all tensors; 0 when there is no checkpoint.
float value_of(const Files& files, const Folder& folder, const Case& which) {
  const std::string head = head_of(folder, which);
  if (::access(head.c_str(), F_OK) != 0) return 0;
  const auto read = files.open(is_dcp(which) ? folder.file(which.name) : head);
  CHECK(read->properties().find("warnings") == nullptr);
  const float value = floats_of(*read->content()->item(0)->as_tensor())[0];
  const size_t count = value == 1 ? which.old_count : which.new_count;
  CHECK(read->content()->count() == count);
  for (const ValueRef& item : read->content()->items()) {
    CHECK(floats_of(*item->as_tensor()) == std::vector<float>{value, value});
  }
  return value;
}

enum class Ending { killed, failed, survived, untouched };

Ending save_and_die(const Files& files, const Folder& folder, const Case& which,
                    file_failure failure, long number) {
  const pid_t child = ::fork();
  if (child == 0) {
    arm_files(failure, number, EIO);
    try {
      save(files, folder, which, which.new_count, 2);
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(disarm_files() != nullptr ? 2 : 0);
  }
  int how = 0;
  REQUIRE(::waitpid(child, &how, 0) == child);
  if (WIFSIGNALED(how)) REQUIRE(WTERMSIG(how) == SIGKILL);
  if (WIFSIGNALED(how)) return Ending::killed;
  constexpr Ending kEndings[] = {Ending::untouched, Ending::failed, Ending::survived};
  REQUIRE(WEXITSTATUS(how) < 3);
  return kEndings[WEXITSTATUS(how)];
}

// Files that a save that failed leaves: those of the old checkpoint.
size_t count_of_old(const Case& which) {
  if (which.old_count == 0) return 0;
  return is_dcp(which) ? 2 : which.old_count + 1;
}

size_t count_files(const Folder& folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  return count;
}

void sweep(const Files& files, const Case& which, file_failure failure) {
  int before = 0;
  int after = 0;
  Ending ending = Ending::killed;
  for (long number = 1; ending != Ending::untouched; ++number) {
    const Folder folder;
    if (which.old_count) save(files, folder, which, which.old_count, 1);
    ending = save_and_die(files, folder, which, failure, number);
    const float value = value_of(files, folder, which);
    const float old_value = which.old_count ? 1 : 0;
    INFO(which.name << ", " << failure << " at call " << number);
    const bool is_done = ending == Ending::survived || ending == Ending::untouched;
    CHECK((value == 2 || (!is_done && value == old_value)));
    if (failure == FILE_ERROR && value != 2) {
      CHECK(count_files(folder) == count_of_old(which));
      CHECK(folder.names().empty() == (which.old_count == 0));
    }
    value == 2 ? ++after : ++before;
    // What was left is in nobody's way.
    save(files, folder, which, which.new_count, 2);
    CHECK(value_of(files, folder, which) == 2);
    if (number > 5000) FAIL("no end");
  }
  CHECK(before > 15);
  CHECK(after >= 1);
}

}  // namespace

TEST_CASE("a save of several files that is killed leaves the old checkpoint or the new one") {
  const Files files;
  constexpr Case kCases[] = {
      {"m.safetensors", 0, 2, io::Durability::durable},
      {"m.safetensors", 2, 2, io::Durability::durable},
      {"m.safetensors", 3, 2, io::Durability::atomic},
      {"m.bin", 2, 2, io::Durability::atomic},
      {"m/", 0, 2, io::Durability::durable},
      {"m/", 3, 2, io::Durability::durable},
      {"m/", 1, 2, io::Durability::atomic},
  };
  for (const Case& which : kCases) {
    for (const file_failure failure : {FILE_KILL_BEFORE, FILE_KILL_HALF, FILE_KILL_AFTER}) {
      sweep(files, which, failure);
    }
  }
}

TEST_CASE("a save of several files whose calls fail leaves the old checkpoint or the new one") {
  const Files files;
  for (const std::string_view name : {"m.safetensors", "m/"}) {
    sweep(files, {name, 0, 2, io::Durability::durable}, FILE_ERROR);
    sweep(files, {name, 2, 2, io::Durability::durable}, FILE_ERROR);
  }
}

}  // namespace duramen::test
