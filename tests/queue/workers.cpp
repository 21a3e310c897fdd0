#include "queue/workers.hpp"

#include <algorithm>
#include <map>

#include "io/random.hpp"

namespace sluice::testing {

namespace {

constexpr std::size_t pipeline_length = 200;
constexpr std::uint64_t backlog_max = 40'000;  // published, but not yet delivered to all groups
constexpr std::uint32_t lease_ms_long = 2000;
constexpr std::uint32_t lease_ms_short = 60;
constexpr Duration overslept = Duration::from_ms(lease_ms_short + 15);

std::string key_of_line(std::uint32_t line) {
    return "customer-" + std::to_string(line);
}

std::string text_of(const Reply& reply) {
    return reply.kind == Reply::Kind::integer ? std::to_string(reply.integer) : reply.text;
}

Answer answer_in(std::string_view word) {
    if (word.starts_with("OK")) return Answer::ok;
    if (word.starts_with("STALE")) return Answer::stale;
    if (word.starts_with("NONE")) return Answer::none;
    if (word.starts_with("PARKED")) return Answer::parked;
    if (word.starts_with("DEAD")) return Answer::dead;
    return Answer::unknown;
}

// One connection's worth of work. Every step answers false when the connection is gone.
class Worker {
  public:
    Worker(ServerPlace& place, Client client, Random& random, WorkerPage& page)
        : place_(place), client_(std::move(client)), random_(random), page_(page) {}

    // Until the connection breaks, or the worker breaks it with leases in its hands.
    void run() {
        while (!place_.is_stopped() && page_.complaint.empty()) {
            if (!round()) return;
        }
    }

  private:
    bool is_calm() const { return page_.group == calm_group || place_.is_draining(); }

    bool round() {
        const bool is_short = !is_calm() && random_.one_in(60);
        const std::size_t before = page_.leases.size();
        if (!lease(is_short ? lease_ms_short : lease_ms_long)) return false;
        const std::vector<Lease> leased(page_.leases.begin() + static_cast<std::ptrdiff_t>(before),
                                        page_.leases.end());
        if (leased.empty()) return true;
        if (is_short) return oversleep(leased);
        if (!is_calm() && random_.one_in(80)) {
            // Dies with everything in its hands, but what it settled before.
            const std::size_t settled = random_.below(leased.size());
            settle({leased.begin(), leased.begin() + static_cast<std::ptrdiff_t>(settled)});
            return false;
        }
        if (!settle(leased)) return false;
        // Says it all again: nothing may happen a second time.
        return is_calm() || !random_.one_in(25) || say_each(leased, Said::ack);
    }

    bool oversleep(const std::vector<Lease>& leased) {
        if (random_.one_in(3)) {
            for (std::uint8_t queue = 0; queue < queue_names.size(); ++queue)
                queue_list(queue, of_queue(leased, queue), Said::extend, 3 * lease_ms_short);
            if (!finish_lists()) return false;
            pause(Duration::from_ms(2 * lease_ms_short));
            // Still on, if this thread was not held up meanwhile.
            return say_each(leased, Said::ack);
        }
        pause(overslept);
        return say_each(leased, Said::ack);
    }

    bool lease(std::uint32_t lease_ms) {
        const std::string group(queue_groups[page_.group]);
        const std::string count = std::to_string(random_.one_in(4) ? 1 + random_.below(20) : 100);
        const MonoTime asked = mono_now();
        const auto reply = client_.call({"SLUICE.LEASE", "GROUP", group, page_.name, "COUNT", count,
                                         "LEASE", std::to_string(lease_ms), "BLOCK", "100",
                                         "STREAMS", queue_names[0], queue_names[1]});
        if (!reply) return false;
        const MonoTime got = mono_now();
        if (reply->is_nothing()) return true;
        if (reply->is_error()) return complain("SLUICE.LEASE", *reply);
        for (const Reply& each : reply->elements) {
            if (each.elements.size() != 7) return complain("SLUICE.LEASE", each);
            Lease lease;
            lease.place.group = page_.group;
            lease.asked = asked;
            lease.got = got;
            lease.place.queue = queue_of(each.elements[0].text).value_or(0);
            lease.id = EntryId::parse(each.elements[1].text, 0).value_or(EntryId{});
            lease.epoch = number_in(each.elements[2].text);
            lease.deliveries = static_cast<std::uint32_t>(each.elements[3].integer);
            lease.failures = static_cast<std::uint32_t>(each.elements[4].integer);
            lease.lease_ms = static_cast<std::uint32_t>(each.elements[5].integer);
            const Reply* const number = each.elements[6].find("n");
            if (number == nullptr) return complain("an entry without a number", each);
            lease.number = number_in(number->text);
            lease.line = line_of_event(lease.number);
            page_.leases.push_back(lease);
        }
        place_.delivered += reply->elements.size();
        return true;
    }

    // --- settling, in one pipeline ---

    bool settle(const std::vector<Lease>& leased) {
        std::vector<Lease> acked;
        std::vector<Lease> released;
        for (const Lease& lease : leased) {
            const bool is_poison = lease.number % poison_interval == 0;
            if (page_.group != calm_group && (is_poison || (!is_calm() && random_.one_in(40)))) {
                queue_failure(lease, is_poison);
            } else if (!is_calm() && random_.one_in(60)) {
                released.push_back(lease);
            } else {
                acked.push_back(lease);
            }
        }
        for (std::uint8_t queue = 0; queue < queue_names.size(); ++queue) {
            queue_list(queue, of_queue(acked, queue), Said::ack, 0);
            queue_list(queue, of_queue(released, queue), Said::release, 0);
        }
        return finish_lists();
    }

    bool say_each(const std::vector<Lease>& leased, Said said) {
        for (std::uint8_t queue = 0; queue < queue_names.size(); ++queue)
            queue_list(queue, of_queue(leased, queue), said, 0);
        return finish_lists();
    }

    static std::vector<Lease> of_queue(const std::vector<Lease>& leases, std::uint8_t queue) {
        std::vector<Lease> found;
        std::ranges::copy_if(leases, std::back_inserter(found),
                             [&](const Lease& lease) { return lease.place.queue == queue; });
        return found;
    }

    void note(const Lease& lease, Said said, std::uint32_t number) {
        page_.settles.push_back({.place = lease.place,
                                 .id = lease.id,
                                 .epoch = lease.epoch,
                                 .said = said,
                                 .number = number,
                                 .letter = {},
                                 .asked = mono_now(),
                                 .answered = {}});
    }

    void queue_failure(const Lease& lease, bool is_poison) {
        const std::string key(queue_names[lease.place.queue]);
        const std::string group(queue_groups[page_.group]);
        const std::string id = lease.id.text();
        const std::string epoch = std::to_string(lease.epoch);
        const bool is_dead = !is_poison && random_.one_in(40);
        if (is_dead) {
            client_.queue({"SLUICE.DEAD", key, group, id, epoch, "REASON", "refused"});
        } else if (!is_poison && random_.one_in(40)) {
            client_.queue({"SLUICE.FAIL", key, group, id, epoch, "PERMANENT", "ERROR", "no use"});
        } else if (random_.one_in(3)) {
            const std::string delay = std::to_string(random_.below(40));
            client_.queue({"SLUICE.FAIL", key, group, id, epoch, "DELAY", delay});
        } else {
            client_.queue({"SLUICE.FAIL", key, group, id, epoch, "ERROR", "it did not work"});
        }
        lists_.push_back({page_.settles.size(), 1, true});
        note(lease, is_dead ? Said::dead : Said::fail, 0);
    }

    void queue_list(std::uint8_t queue, const std::vector<Lease>& leases, Said said,
                    std::uint32_t ms) {
        if (leases.empty()) return;
        std::vector<std::string> words = {said == Said::ack       ? "SLUICE.ACK"
                                          : said == Said::release ? "SLUICE.RELEASE"
                                                                  : "SLUICE.EXTEND",
                                          std::string(queue_names[queue]),
                                          std::string(queue_groups[page_.group])};
        if (said == Said::extend) words.push_back(std::to_string(ms));
        lists_.push_back({page_.settles.size(), leases.size(), false});
        for (const Lease& lease : leases) {
            words.push_back(lease.id.text());
            words.push_back(std::to_string(lease.epoch));
            note(lease, said, ms);
        }
        client_.queue(std::vector<std::string_view>(words.begin(), words.end()));
    }

    bool finish_lists() {
        const std::vector<Sent> lists = std::exchange(lists_, {});
        if (!client_.flush()) return false;
        for (const Sent& list : lists) {
            const auto reply = client_.read();
            if (!reply) return false;
            const MonoTime answered = mono_now();
            if (list.is_single) {
                if (!read_failure(page_.settles[list.first], *reply, answered)) return false;
                continue;
            }
            if (reply->elements.size() != list.count) return complain("a settle", *reply);
            for (std::size_t i = 0; i < list.count; ++i) {
                Settle& settle = page_.settles[list.first + i];
                settle.answer = answer_in(reply->elements[i].text);
                settle.answered = answered;
                if (settle.answer == Answer::unknown) return complain("a settle", *reply);
            }
        }
        return true;
    }

    bool read_failure(Settle& settle, const Reply& reply, MonoTime answered) {
        const bool is_long = reply.elements.size() == 3;
        settle.answer = answer_in(is_long ? reply.elements[0].text : reply.text);
        settle.answered = answered;
        if (settle.answer == Answer::parked) {
            settle.number = static_cast<std::uint32_t>(reply.elements[2].integer);
        } else if (settle.answer == Answer::dead) {
            settle.letter = EntryId::parse(reply.elements[1].text, 0).value_or(EntryId{});
        } else if (settle.answer == Answer::unknown) {
            return complain("SLUICE.FAIL", reply);
        }
        return true;
    }

    bool complain(std::string_view what, const Reply& reply) {
        page_.complaint = std::string(what) + ": " + printed(reply);
        return false;
    }

    struct Sent {
        std::size_t first = 0;  // in page_.settles
        std::size_t count = 0;
        bool is_single = false;
    };

    ServerPlace& place_;
    Client client_;
    Random& random_;
    WorkerPage& page_;
    std::vector<Sent> lists_;
};

// False when the connection is gone.
bool publish(Client& client, std::size_t count, ProducerPage& page) {
    std::vector<std::uint8_t> queues;
    for (std::size_t i = 0; i < count; ++i, ++page.sent) {
        const std::uint64_t number = page.first + page.sent * page.step;
        const std::uint32_t line = line_of_event(number);
        const std::string n = std::to_string(number);
        queues.push_back(queue_of_event(number));
        const std::string_view queue = queue_names[queues.back()];
        if (line == 0) {
            client.queue({"XADD", queue, "*", "n", n});
        } else {
            client.queue({"XADD", queue, "*", "n", n, "partition_key", key_of_line(line)});
        }
    }
    if (!client.flush()) return false;
    for (const std::uint8_t queue : queues) {
        const auto reply = client.read();
        if (!reply) return false;
        const auto id = EntryId::parse(reply->text, 0);
        if (!id) page.complaint = "XADD: " + printed(*reply);
        page.acked.emplace_back(queue, id.value_or(EntryId{}));
    }
    return page.complaint.empty();
}

// Replays dead letters of one queue that were not replayed before.
bool replay_some(Client& client, std::uint8_t queue, Random& random, OperatorPage& page) {
    const auto listed = client.call({"SLUICE.DLQ", "LIST", queue_names[queue], "COUNT", "100"});
    if (!listed) return false;
    for (const Reply& letter : listed->elements) {
        const Reply& fields = letter.elements[1];
        const bool was_replayed = fields.find("_dlq_replay_count") != nullptr &&
                                  fields.find("_dlq_replay_count")->text != "0";
        if (was_replayed || !random.one_in(3)) continue;
        Replay replay;
        replay.queue = queue;
        replay.group = group_of(fields.find("_dlq_group")->text).value_or(calm_group);
        replay.letter = EntryId::parse(letter.elements[0].text, 0).value_or(EntryId{});
        replay.original =
            EntryId::parse(fields.find("_dlq_original_id")->text, 0).value_or(EntryId{});
        replay.number = number_in(fields.find("n")->text);
        page.replays.push_back(replay);
        const auto reply =
            client.call({"SLUICE.DLQ", "REPLAY", queue_names[queue], replay.letter.text()});
        if (!reply) return false;
        if (reply->elements.size() != 1) {
            page.complaint = "SLUICE.DLQ REPLAY: " + printed(*reply);
            return false;
        }
        page.replays.back().replayed =
            EntryId::parse(text_of(reply->elements[0].elements[1]), 0).value_or(EntryId{});
    }
    return true;
}

}  // namespace

void produce(ServerPlace& place, std::uint64_t events, ProducerPage& page) {
    while (page.acked.size() < events && page.complaint.empty()) {
        auto client = place.connect();
        if (!client) return;
        while (page.acked.size() < events) {
            const std::uint64_t taken = place.delivered / queue_groups.size();
            if (place.published > taken + backlog_max) {
                if (place.is_stopped()) return;
                pause(Duration::from_ms(5));
                continue;
            }
            const std::size_t count =
                std::min<std::uint64_t>(pipeline_length, events - page.acked.size());
            place.published += count;
            if (!publish(*client, count, page)) break;
        }
    }
}

void work(ServerPlace& place, std::uint64_t seed, WorkerPage& page) {
    Random random(seed);
    while (!place.is_stopped() && page.complaint.empty()) {
        auto client = place.connect();
        if (client) Worker(place, std::move(*client), random, page).run();
    }
}

void replay_dead_letters(ServerPlace& place, std::uint64_t seed, OperatorPage& page) {
    Random random(seed);
    while (!place.is_draining() && !place.is_stopped() && page.complaint.empty()) {
        auto client = place.connect();
        while (client && !place.is_draining() && !place.is_stopped()) {
            bool goes_on = true;
            for (std::uint8_t queue = 0; goes_on && queue < queue_names.size(); ++queue)
                goes_on = replay_some(*client, queue, random, page);
            if (!goes_on) break;
            pause(Duration::from_ms(50));
        }
    }
}

}  // namespace sluice::testing
