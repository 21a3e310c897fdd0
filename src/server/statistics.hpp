// What the RESP door counts, for INFO, SLOWLOG and the metrics page.
//
// Theory     Nobody reads a clock for each command. A turn counts its commands; when the shell
//            says how long the turn took, the time is shared out among them. So `us` of a command
//            is exact in sum and an average in detail, and the heaviest command of a turn that
//            took too long is the one that the slow log shows.
// Promise    counting a command costs a few instructions
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "event/time.hpp"
#include "server/command_table.hpp"

namespace sluice {

struct CommandStatistics {
    // calls[i]: took less than 2^i microseconds.
    static constexpr std::size_t buckets_count = 32;

    std::uint64_t calls = 0;
    std::uint64_t us = 0;
    std::uint64_t rejected = 0;  // not run: arity, rights, memory
    std::uint64_t failed = 0;    // run, with an error as the reply
    std::uint32_t turn_calls = 0;
    std::array<std::uint64_t, buckets_count> calls_by_us{};

    // The microseconds that this share of the calls did not exceed; 0 without calls.
    double percentile_us(double share) const;
};

struct SlowCommand {
    std::uint64_t number = 0;
    std::int64_t wall_s = 0;
    std::int64_t us = 0;
    std::vector<std::string> args;
    std::string peer;
    std::string client_name;
};

// How much happened per second, over the last samples.
class Rate {
  public:
    void sample(std::uint64_t total, MonoTime now);
    std::uint64_t per_second() const;

  private:
    static constexpr std::size_t samples_count = 16;
    std::array<std::uint64_t, samples_count> samples_{};
    std::size_t next_ = 0;
    std::uint64_t last_total_ = 0;
    MonoTime last_{};
};

class ServerStatistics {
  public:
    explicit ServerStatistics(std::uint32_t commands_count) : commands_(commands_count) {}

    // --- counting ---
    void begin_turn(MonoTime now) { turn_begin_ = now; }
    void end_turn(MonoTime now, WallTime wall, std::int64_t slow_us, std::size_t slow_entries_max);
    void count_call(const Command& command) {
        CommandStatistics& counted = commands_[command.number];
        if (counted.turn_calls++ == 0) turn_commands_.push_back(command.number);
        ++counted.calls;
        ++commands_processed;
    }
    // The bytes of request and reply say how heavy a command was.
    void note_weight(std::size_t weight, const Request& request, std::string_view peer,
                     std::string_view client_name) {
        if (weight > turn_weight_) keep_heaviest(weight, request, peer, client_name);
    }
    // `text` is what stands behind the "-" of the reply.
    void count_error(std::string_view text);
    // Of a read.
    void count_lookup(bool found) { ++(found ? keyspace_hits : keyspace_misses); }
    void count_failed(const Command& command) { ++commands_[command.number].failed; }
    void count_rejected(const Command& command) { ++commands_[command.number].rejected; }
    void on_time(MonoTime now);
    void reset();

    // --- reading ---
    const CommandStatistics& of(const Command& command) const { return commands_[command.number]; }
    const std::map<std::string, std::uint64_t, std::less<>>& errors() const { return errors_; }
    std::uint64_t error_count() const { return error_count_; }
    std::uint64_t commands_per_second() const { return commands_rate_.per_second(); }
    std::uint64_t input_bytes_per_second() const { return input_rate_.per_second(); }
    std::uint64_t output_bytes_per_second() const { return output_rate_.per_second(); }
    const std::deque<SlowCommand>& slow_log() const { return slow_log_; }
    void clear_slow_log() { slow_log_.clear(); }
    void trim_slow_log(std::size_t entries_max);

    std::uint64_t commands_processed = 0;
    std::uint64_t connections_received = 0;
    std::uint64_t connections_rejected = 0;
    std::uint64_t input_bytes = 0;
    std::uint64_t output_bytes = 0;
    std::uint64_t keyspace_hits = 0;
    std::uint64_t keyspace_misses = 0;
    std::uint64_t auth_failures = 0;
    std::uint64_t protocol_errors = 0;
    std::uint64_t output_limit_closes = 0;
    std::uint64_t quota_refusals = 0;   // appends to a stream at a hard limit
    std::uint64_t keys_pushed_out = 0;  // of publishes, by others, inside their window
    std::uint64_t idle_closes = 0;
    std::uint64_t clients_peak = 0;

  private:
    static constexpr std::size_t heaviest_bytes_max = 1024;
    static constexpr std::size_t heaviest_args_max = 32;

    void keep_heaviest(std::size_t weight, const Request& request, std::string_view peer,
                       std::string_view client_name);
    void add_slow(std::int64_t us, WallTime wall);

    std::vector<CommandStatistics> commands_;
    std::vector<std::uint32_t> turn_commands_;
    MonoTime turn_begin_{};
    std::size_t turn_weight_ = 0;
    // The heaviest command of the turn, cut to its first arguments.
    std::array<char, heaviest_bytes_max> heaviest_bytes_{};
    std::array<std::uint32_t, heaviest_args_max> heaviest_sizes_{};
    std::size_t heaviest_kept_ = 0;
    std::size_t heaviest_args_ = 0;
    std::string heaviest_peer_;
    std::string heaviest_client_;

    std::map<std::string, std::uint64_t, std::less<>> errors_;
    std::uint64_t error_count_ = 0;
    std::deque<SlowCommand> slow_log_;
    std::uint64_t slow_count_ = 0;
    Rate commands_rate_;
    Rate input_rate_;
    Rate output_rate_;
};

}  // namespace sluice
