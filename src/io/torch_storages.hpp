// Which bytes of which storages a save writes, and under which class: found before anything is
// written.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "value/value.hpp"

namespace duramen::io {

class StoragePlan {
 public:
  struct Record {
    Ref<Storage> storage;
    Dtype dtype = Dtype::invalid;  // invalid: an UntypedStorage
    uint64_t begin = 0;            // of what is written
    uint64_t end = 0;
    std::string key;                   // empty until the pickle names it
    std::optional<uint32_t> key_memo;  // of the key's text in the pickle
  };

  explicit StoragePlan(const Value& content) {
    visit(content);
    settle();
  }

  Record& of(const Tensor& tensor) { return records_.at(tensor.storage().get()); }
  const Record& of(const Tensor& tensor) const { return records_.at(tensor.storage().get()); }

 private:
  void visit(const Value& value);
  void add(const Tensor& tensor);
  void settle();

  std::unordered_map<const Storage*, Record> records_;
  std::unordered_set<const Value*> visited_;  // containers: shared parts are walked once
};

}  // namespace duramen::io
