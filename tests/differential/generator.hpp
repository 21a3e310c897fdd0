// Draws command sequences from a seed: all stream commands with their options over small spaces of
// keys, groups, consumers, ids and fields, beside strings, hashes, sorted sets, generic commands
// and transactions, with a share of odd input.
//
// Theory     Spaces are small so that commands meet: the same entry is added, delivered, claimed,
//            deleted and asked for. Ids follow the last one most of the time, so that most XADD
//            succeed. Times are left out or extreme, so that no reply depends on the clock.
// Promise    one seed gives one sequence on every machine
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/random.hpp"

namespace sluice::testing {

using Words = std::vector<std::string>;

class Generator {
  public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    // A story of its own, for an empty server and a fresh connection.
    std::vector<Words> round(std::size_t commands);

  private:
    struct Choice {
        unsigned weight;
        void (Generator::*make)();
    };
    static const std::vector<Choice>& choices();
    static const std::vector<Choice>& document_choices();
    void one_command();
    void emit(Words words);

    // --- words ---
    std::string_view pick(std::initializer_list<std::string_view> words);
    std::string number(std::uint64_t low, std::uint64_t high);
    std::string odd_number();
    std::string stream_key();
    std::string any_key();
    std::string group();
    std::string consumer();
    std::string entry_id();
    std::uint64_t newest_ms() const;
    std::string range_id(bool is_start);
    std::string value();
    std::string score();
    std::string far_ms();
    void add_trimming(Words& words);
    void add_fields(Words& words);
    void add_ids(Words& words, std::size_t most);

    // --- streams: stream_commands.cpp ---
    void add_entry();
    void add_automatic();
    void range();
    void length();
    void delete_entries();
    void trim();
    void set_id();
    void create_group();
    void create_consumers(const std::string& key, const std::string& name);
    void change_group();
    void read();
    void read_group();
    void acknowledge();
    void pending();
    void claim();
    void autoclaim();
    void info();
    void odd_stream_command();

    // --- the others: document_commands.cpp ---
    void document();
    void string_command();
    void counter_command();
    void hash_command();
    void hash_change();
    void sorted_set_command();
    void sorted_set_range();
    void sorted_set_change();
    void generic_command();
    void expiry_command();
    void transaction();
    void odd_document_command();

    static constexpr std::size_t streams = 3;
    Random random_;
    std::vector<Words> round_;
    std::array<std::uint64_t, streams> last_ms_{};
    std::size_t transaction_depth_ = 0;
};

}  // namespace sluice::testing
