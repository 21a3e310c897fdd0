#include "server/statistics.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sluice {

namespace {

constexpr std::size_t error_words_max = 128;  // different words kept; more share one line
constexpr std::size_t error_word_bytes_max = 32;
constexpr std::size_t slow_argument_bytes_max = 128;
constexpr std::int64_t microseconds_per_second = 1'000'000;

std::size_t bucket_of(std::uint64_t us) {
    const auto width = static_cast<std::size_t>(std::bit_width(us));
    return std::min(width, CommandStatistics::buckets_count - 1);
}

}  // namespace

double CommandStatistics::percentile_us(double share) const {
    std::uint64_t total = 0;
    for (const auto count : calls_by_us) {
        total += count;
    }
    if (total == 0) return 0;
    const double wanted = share * static_cast<double>(total);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_count; ++bucket) {
        seen += calls_by_us[bucket];
        if (static_cast<double>(seen) >= wanted) return static_cast<double>(1ULL << bucket);
    }
    return static_cast<double>(1ULL << (buckets_count - 1));
}

void Rate::sample(std::uint64_t total, MonoTime now) {
    const std::int64_t elapsed = (now - last_).microseconds;
    if (elapsed > 0) {
        const std::uint64_t happened = total < last_total_ ? 0 : total - last_total_;
        samples_[next_] = happened * static_cast<std::uint64_t>(microseconds_per_second) /
                          static_cast<std::uint64_t>(elapsed);
        next_ = (next_ + 1) % samples_count;
    }
    last_total_ = total;
    last_ = now;
}

std::uint64_t Rate::per_second() const {
    std::uint64_t sum = 0;
    for (const auto sample : samples_) {
        sum += sample;
    }
    return sum / samples_count;
}

void ServerStatistics::end_turn(MonoTime now, WallTime wall, std::int64_t slow_us,
                                std::size_t slow_entries_max) {
    if (turn_commands_.empty()) return;
    const auto turn_us =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now - turn_begin_).microseconds));
    std::uint64_t calls = 0;
    for (const auto number : turn_commands_) {
        calls += commands_[number].turn_calls;
    }
    const std::size_t bucket = bucket_of(turn_us / calls);
    std::uint64_t us_left = turn_us;
    std::uint64_t calls_left = calls;
    for (const auto number : turn_commands_) {
        CommandStatistics& counted = commands_[number];
        const std::uint64_t us = us_left * counted.turn_calls / calls_left;
        counted.us += us;
        counted.calls_by_us[bucket] += counted.turn_calls;
        us_left -= us;
        calls_left -= counted.turn_calls;
        counted.turn_calls = 0;
    }
    turn_commands_.clear();
    if (slow_us >= 0 && static_cast<std::int64_t>(turn_us) > slow_us && turn_weight_ > 0) {
        add_slow(static_cast<std::int64_t>(turn_us), wall);
        trim_slow_log(slow_entries_max);
    }
    turn_weight_ = 0;
}

void ServerStatistics::keep_heaviest(std::size_t weight, const Request& request,
                                     std::string_view peer, std::string_view client_name) {
    turn_weight_ = weight;
    heaviest_kept_ = 0;
    heaviest_args_ = request.size();
    std::size_t used = 0;
    for (const auto arg : request.args().first(std::min(request.size(), heaviest_args_max))) {
        const std::size_t size = std::min(arg.size(), slow_argument_bytes_max);
        if (used + size > heaviest_bytes_max) break;
        if (size > 0) std::memcpy(heaviest_bytes_.data() + used, arg.data(), size);
        used += size;
        heaviest_sizes_[heaviest_kept_++] = static_cast<std::uint32_t>(arg.size());
    }
    heaviest_peer_ = peer;
    heaviest_client_ = client_name;
}

void ServerStatistics::add_slow(std::int64_t us, WallTime wall) {
    SlowCommand slow{.number = slow_count_++,
                     .wall_s = wall.ms() / 1000,
                     .us = us,
                     .args = {},
                     .peer = heaviest_peer_,
                     .client_name = heaviest_client_};
    std::size_t at = 0;
    for (std::size_t i = 0; i < heaviest_kept_; ++i) {
        const std::size_t size = std::min<std::size_t>(heaviest_sizes_[i], slow_argument_bytes_max);
        std::string& arg = slow.args.emplace_back(heaviest_bytes_.data() + at, size);
        at += size;
        if (heaviest_sizes_[i] > size) {
            arg += "... (" + std::to_string(heaviest_sizes_[i] - size) + " more bytes)";
        }
    }
    if (heaviest_args_ > heaviest_kept_) {
        slow.args.push_back("... (" + std::to_string(heaviest_args_ - heaviest_kept_) +
                            " more arguments)");
    }
    slow_log_.push_front(std::move(slow));
}

void ServerStatistics::trim_slow_log(std::size_t entries_max) {
    while (slow_log_.size() > entries_max) {
        slow_log_.pop_back();
    }
}

void ServerStatistics::count_error(std::string_view text) {
    ++error_count_;
    std::string_view word = text.substr(0, text.find_first_of(" \r"));
    word = word.substr(0, error_word_bytes_max);
    const auto found = errors_.find(word);
    if (found != errors_.end()) {
        ++found->second;
    } else if (errors_.size() < error_words_max) {
        errors_.emplace(word, 1);
    } else {
        ++errors_["OTHER"];
    }
}

void ServerStatistics::on_time(MonoTime now) {
    commands_rate_.sample(commands_processed, now);
    input_rate_.sample(input_bytes, now);
    output_rate_.sample(output_bytes, now);
}

void ServerStatistics::reset() {
    for (auto& counted : commands_) {
        counted = CommandStatistics{};
    }
    turn_commands_.clear();
    errors_.clear();
    error_count_ = 0;
    commands_processed = connections_received = connections_rejected = 0;
    input_bytes = output_bytes = keyspace_hits = keyspace_misses = 0;
    auth_failures = protocol_errors = output_limit_closes = idle_closes = 0;
}

}  // namespace sluice
