#include "work_simulation/work_world.hpp"

#include <algorithm>
#include <array>

namespace sluice::testing {

namespace {

constexpr std::array<std::string_view, 2> streams = {"jobs", "mail"};
constexpr std::array<std::string_view, 2> groups = {"ship", "bill"};
constexpr std::size_t queue_count = streams.size() * groups.size();
constexpr std::string_view retry_policy = "20ms,50ms,200ms";
const std::vector<Duration> delays = {Duration::from_ms(20), Duration::from_ms(50),
                                      Duration::from_ms(200)};
constexpr std::size_t producer_count = 2;
constexpr std::size_t worker_count = 6;
constexpr std::uint64_t line_count = 5;
constexpr int drain_turns_max = 5000;

std::string stream_of(std::size_t queue) {
    return std::string(streams[queue / groups.size()]);
}

std::string group_of(std::size_t queue) {
    return std::string(groups[queue % groups.size()]);
}

EngineOptions small_engine(std::uint64_t boot) {
    EngineOptions options;
    options.segment_bytes = 64UL << 10;
    options.tail_cache_bytes = 128UL << 10;
    options.checkpoint_bytes = 64UL << 10;
    options.reserve_bytes = 256UL << 10;
    options.flush_interval = Duration::from_ms(20);
    options.boot = boot;
    return options;
}

EntryId id_in(const Reply& reply) {
    return EntryId::parse(reply.text, 0).value_or(EntryId{});
}

std::string field_in(const Reply& fields, std::string_view name) {
    const Reply* const value = fields.find(name);
    return value == nullptr ? std::string() : value->text;
}

std::int64_t number_in(const Reply& reply) {
    return reply.as_integer().value_or(-1);
}

}  // namespace

void WorkReport::add(const WorkReport& other) {
    published += other.published;
    deliveries += other.deliveries;
    lost_leases += other.lost_leases;
    dead += other.dead;
    replayed += other.replayed;
    crashes += other.crashes;
}

WorkWorld::WorkWorld(std::uint64_t seed)
    : seed_(seed),
      random_(seed),
      weather_(static_cast<Weather>(random_.below(3))),
      disk_(random_.next()),
      files_(disk_) {
    for (std::size_t queue = 0; queue < queue_count; ++queue) {
        books_.emplace_back(stream_of(queue) + "/" + group_of(queue), delays);
    }
    clients_.resize(producer_count + worker_count + 1);
    for (std::size_t i = 0; i < clients_.size(); ++i)
        clients_[i].name = "client-" + std::to_string(i);
}

void WorkWorld::fail(const std::string& what) {
    if (has_failed()) return;
    constexpr std::array<const char*, 3> weathers = {"fair", "kills", "power cuts"};
    report_.failure = "seed " + std::to_string(seed_) + " (" +
                      weathers[static_cast<std::size_t>(weather_)] + "), after " +
                      std::to_string(commands_) + " commands and " +
                      std::to_string(report_.crashes) + " crashes: " + what;
}

void WorkWorld::look_for_faults() {
    for (const WorkBook& book : books_) {
        if (!book.fault().empty()) fail(book.fault());
    }
}

WorkReport WorkWorld::run(std::uint64_t steps) {
    machine_ = std::make_unique<Machine>(files_, small_engine(boot_));
    start();
    set_up_groups();
    for (std::uint64_t i = 0; i < steps && !has_failed(); ++i) {
        turn(false);
        if (weather_ != Weather::fair && random_.one_in(60)) crash();
    }
    if (!has_failed()) drain();
    if (!has_failed()) audit();
    for (const WorkBook& book : books_) {
        report_.deliveries += book.deliveries();
        report_.lost_leases += book.lost_leases();
    }
    report_.trace_hash = trace_.hash();
    return report_;
}

// -------------------------------------------------------------------------------- life and death

void WorkWorld::start() {
    const auto started = machine_->start();
    if (!started) return fail("it does not start: " + started.error().message);
    for (Client& client : clients_)
        connect(client);
}

void WorkWorld::connect(Client& client) {
    client.number = machine_->connect();
    client.parser = std::make_unique<ReplyParser>();
    client.asked.reset();
}

void WorkWorld::set_up_groups() {
    for (std::size_t queue = 0; queue < queue_count && !has_failed(); ++queue) {
        const auto reply = machine_->call({"SLUICE.GROUP", "CREATE", stream_of(queue),
                                           group_of(queue), "RETRY", std::string(retry_policy)});
        if (!reply || !reply->is_ok()) fail("the group is not made");
    }
}

void WorkWorld::crash() {
    ++report_.crashes;
    for (Client& client : clients_)
        forget_asked(client);
    disk_.cut_power();
    const MonoTime mono = machine_->mono;
    const WallTime wall = machine_->wall;
    machine_->stop();
    Duration shift{};
    const Duration off = Duration::from_ms(static_cast<std::int64_t>(random_.below(300)));
    if (weather_ == Weather::kills) {
        disk_.restart_process();
    } else {
        RandomChooser chooser(random_);
        disk_.crash(chooser);
        ++boot_;
    }
    machine_ = std::make_unique<Machine>(files_, small_engine(boot_));
    machine_->wall = wall + off;
    machine_->mono = mono + off;
    if (weather_ == Weather::power_cuts) {
        const auto since_boot = static_cast<std::int64_t>(1000 + random_.below(1'000'000));
        machine_->mono = MonoTime::from_ms(since_boot);
        shift = (machine_->mono - mono);
        shift.microseconds -= off.microseconds;
    }
    for (WorkBook& book : books_)
        book.on_restart(shift);
    for (Client& client : clients_) {
        for (Held& held : client.held)
            held.act_at = held.act_at + shift;
    }
    start();
}

// The answer that a client waits for will not come.
void WorkWorld::forget_asked(Client& client) {
    if (!client.asked) return;
    const Asked& asked = *client.asked;
    switch (asked.kind) {
        case Asked::Kind::publish:
            for (std::size_t i = 0; i < groups.size(); ++i)
                books_[asked.queue + i].on_publish_unanswered();
            break;
        case Asked::Kind::lease:
            books_[asked.queue].on_lease_unanswered();
            break;
        case Asked::Kind::settle:
            books_[asked.queue].on_settle_unanswered(asked.settle);
            break;
        case Asked::Kind::replay:
            books_[asked.queue].on_replay_unanswered(asked.original);
            break;
        case Asked::Kind::withhold:
        case Asked::Kind::list:
            break;
    }
    client.asked.reset();
}

// A worker dies with all it holds; another one takes its name.
void WorkWorld::vanish(Client& client) {
    forget_asked(client);
    client.held.clear();
    machine_->disconnect(client.number);
    connect(client);
}

// -------------------------------------------------------------------------------- a turn

void WorkWorld::turn(bool is_lucky) {
    pass_time();
    machine_->begin_turn();
    for (Client& client : clients_) {
        if (!client.asked && (is_lucky || random_.one_in(2))) act(client, is_lucky);
    }
    machine_->on_time();
    do_some_io();
    machine_->on_journal_advanced();
    receive();
    machine_->end_turn();
    look_for_faults();
}

void WorkWorld::pass_time() {
    const auto passed = Duration::from_ms(static_cast<std::int64_t>(random_.below(15)));
    machine_->mono = machine_->mono + passed;
    machine_->wall = machine_->wall + passed;
    if (weather_ == Weather::power_cuts || !random_.one_in(50)) return;
    constexpr std::int64_t day_ms = 86'400'000;
    const Duration jump = Duration::from_ms(random_.one_in(2) ? day_ms : -day_ms);
    machine_->wall = machine_->wall + jump;
}

void WorkWorld::act(Client& client, bool is_lucky) {
    const auto index = static_cast<std::size_t>(&client - clients_.data());
    if (index < producer_count) {
        if (!is_lucky) publish(client);
        return;
    }
    if (index == clients_.size() - 1) {
        if (!is_lucky) operate(client);
        return;
    }
    if (!is_lucky && random_.one_in(80)) return vanish(client);
    const auto due = std::ranges::find_if(
        client.held, [&](const Held& held) { return held.act_at <= machine_->mono; });
    if (due == client.held.end()) return lease(client);
    const Held held = *due;
    if (!is_lucky && !held.line.empty() && random_.one_in(20)) return withhold(client, held);
    client.held.erase(due);
    settle(client, held, is_lucky);
}

void WorkWorld::ask(Client& client, Asked asked, const Arguments& arguments) {
    asked.number = ++commands_;
    asked.at = machine_->mono;
    const std::string bytes = encode_command(arguments);
    trace_.add(bytes);
    client.asked = std::move(asked);
    machine_->send(client.number, bytes);
}

void WorkWorld::publish(Client& client) {
    const std::size_t stream = random_.below(streams.size());
    Asked asked{.kind = Asked::Kind::publish, .queue = stream * groups.size()};
    Arguments arguments = {"XADD", stream_of(asked.queue), "*", "n", std::to_string(commands_)};
    if (!random_.one_in(3)) {
        asked.line = "key-" + std::to_string(random_.below(line_count));
        arguments.insert(arguments.end(), {"partition_key", asked.line});
    }
    constexpr std::array words = {"low", "normal", "high", "critical"};
    if (random_.one_in(2)) {
        arguments.insert(arguments.end(), {"priority", words[random_.below(words.size())]});
    }
    ask(client, asked, arguments);
}

void WorkWorld::lease(Client& client) {
    const std::size_t queue = random_.below(queue_count);
    ask(client, {.kind = Asked::Kind::lease, .queue = queue},
        {"SLUICE.LEASE", "GROUP", group_of(queue), client.name, "COUNT",
         std::to_string(1 + random_.below(4)), "LEASE", std::to_string(50 + random_.below(100)),
         "STREAMS", stream_of(queue)});
}

void WorkWorld::settle(Client& client, Held held, bool is_lucky) {
    using Kind = Settle::Kind;
    Settle& settle = held.settle;
    constexpr std::array kinds = {Kind::ack,  Kind::ack,  Kind::ack,     Kind::fail,
                                  Kind::fail, Kind::dead, Kind::release, Kind::extend};
    settle.kind = is_lucky ? Kind::ack : kinds[random_.below(kinds.size())];
    Arguments arguments = {"", stream_of(held.queue), group_of(held.queue)};
    if (settle.kind == Kind::extend) {
        settle.lease = Duration::from_ms(static_cast<std::int64_t>(30 + random_.below(100)));
        arguments.push_back(std::to_string(settle.lease.ms()));
        held.act_at = machine_->mono + Duration::from_ms(20);
        client.held.push_back(held);
    }
    constexpr std::array<const char*, 5> names = {"SLUICE.ACK", "SLUICE.RELEASE", "SLUICE.FAIL",
                                                  "SLUICE.DEAD", "SLUICE.EXTEND"};
    arguments[0] = names[static_cast<std::size_t>(settle.kind)];
    arguments.insert(arguments.end(), {settle.id.text(), std::to_string(settle.epoch)});
    ask(client, {.kind = Asked::Kind::settle, .queue = held.queue, .settle = settle}, arguments);
}

void WorkWorld::withhold(Client& client, const Held& held) {
    const auto ms = static_cast<std::int64_t>(20 + random_.below(100));
    ask(client,
        {.kind = Asked::Kind::withhold,
         .queue = held.queue,
         .line = held.line,
         .withheld = Duration::from_ms(ms)},
        {"SLUICE.WITHHOLD", stream_of(held.queue), group_of(held.queue), held.line,
         std::to_string(ms)});
}

// Looks at the dead letters, and sends one back now and then.
void WorkWorld::operate(Client& client) {
    if (!random_.one_in(8)) return;
    if (dead_letters_.empty()) {
        const std::size_t queue = random_.below(streams.size()) * groups.size();
        return ask(client, {.kind = Asked::Kind::list, .queue = queue},
                   {"SLUICE.DLQ", "LIST", stream_of(queue), "COUNT", "5"});
    }
    const DeadLetter letter = std::move(dead_letters_.front());
    dead_letters_.pop_front();
    const auto stream = std::ranges::find(streams, letter.stream) - streams.begin();
    const auto group = std::ranges::find(groups, letter.group) - groups.begin();
    ask(client,
        {.kind = Asked::Kind::replay,
         .queue =
             static_cast<std::size_t>(stream) * groups.size() + static_cast<std::size_t>(group),
         .line = letter.line,
         .original = letter.found.original},
        {"SLUICE.DLQ", "REPLAY", letter.stream, letter.id});
}

void WorkWorld::do_some_io() {
    if (random_.one_in(2)) machine_->take_job();
    if (const auto waiting = machine_->waiting_jobs(); waiting > 0 && !random_.one_in(3)) {
        machine_->run_job(random_.below(waiting));
    }
    if (const auto done = machine_->done_jobs(); done > 0 && !random_.one_in(3)) {
        machine_->finish_job(random_.below(done));
    }
    if (random_.one_in(2)) machine_->engine().write_pending();
}

// -------------------------------------------------------------------------------- answers

// In the order in which the server acted, not in that in which clients are looked at.
void WorkWorld::receive() {
    std::vector<std::pair<Client*, Answer>> answers;
    for (Client& client : clients_) {
        const std::string bytes = machine_->receive(client.number);
        trace_.add(bytes);
        client.parser->feed(bytes);
        const auto reply = client.parser->next();
        if (!reply) return fail("bytes that are no reply: " + reply.error().message);
        if (!*reply) continue;
        if (!client.asked) return fail("a reply that nobody asked for: " + printed(**reply));
        answers.emplace_back(&client, Answer{*client.asked, std::move(**reply)});
        client.asked.reset();
    }
    std::ranges::sort(answers, {}, [](const auto& each) { return each.second.first.number; });
    for (const auto& [client, answer] : answers) {
        take(*client, answer);
        look_for_faults();
    }
}

void WorkWorld::take(Client& client, const Answer& answer) {
    const auto& [asked, reply] = answer;
    WorkBook& book = books_[asked.queue];
    const bool is_refused =
        reply.is_error() && !reply.text.starts_with("STALE ") && !reply.text.starts_with("NONE ");
    // Somebody may have been faster with a dead letter; what else is refused here is wrong.
    if (is_refused && asked.kind != Asked::Kind::replay) return fail("refused: " + reply.text);
    switch (asked.kind) {
        case Asked::Kind::publish:
            ++report_.published;
            for (std::size_t i = 0; i < groups.size(); ++i)
                books_[asked.queue + i].on_published(id_in(reply), asked.line);
            return;
        case Asked::Kind::lease:
            return take_leases(client, answer);
        case Asked::Kind::settle: {
            const bool is_list = reply.kind == Reply::Kind::array;
            const std::string text = is_list ? reply.elements[0].text : reply.text;
            SettleAnswer said{.word = text.substr(0, text.find(' '))};
            if (said.word == "PARKED") said.failures = number_in(reply.elements[2]);
            return book.on_settled(asked.settle, said, asked.at);
        }
        case Asked::Kind::withhold:
            return book.on_withheld(asked.line, asked.at + asked.withheld);
        case Asked::Kind::list:
            return take_dead_letters(answer);
        case Asked::Kind::replay:
            if (is_refused || reply.elements.empty()) return;
            ++report_.replayed;
            return book.on_replayed(asked.original, id_in(reply.elements[0].elements[1]),
                                    asked.line);
    }
}

void WorkWorld::take_leases(Client& client, const Answer& answer) {
    const auto& [asked, reply] = answer;
    if (reply.is_nothing()) return;
    for (const Reply& each : reply.elements) {
        SeenDelivery seen{.id = id_in(each.elements[1]),
                          .epoch = static_cast<std::uint64_t>(number_in(each.elements[2])),
                          .deliveries = number_in(each.elements[3]),
                          .failures = number_in(each.elements[4]),
                          .lease = Duration::from_ms(number_in(each.elements[5])),
                          .line = field_in(each.elements[6], "partition_key")};
        books_[asked.queue].on_delivered(seen, asked.at);
        // Most are handled within the lease; some hang beyond it.
        const auto takes = static_cast<std::int64_t>(random_.below(random_.one_in(6) ? 400 : 40));
        client.held.push_back({.queue = asked.queue,
                               .settle = {.id = seen.id, .epoch = seen.epoch},
                               .line = seen.line,
                               .act_at = asked.at + Duration::from_ms(takes)});
    }
}

void WorkWorld::take_dead_letters(const Answer& answer) {
    const auto& [asked, reply] = answer;
    for (const Reply& each : reply.elements) {
        const Reply& fields = each.elements[1];
        const auto original = EntryId::parse(field_in(fields, "_dlq_original_id"), 0);
        const Reply* const retries = fields.find("_dlq_retry_count");
        if (!original || retries == nullptr) return fail("a dead letter without its books");
        dead_letters_.push_back({.stream = stream_of(asked.queue),
                                 .id = each.elements[0].text,
                                 .group = field_in(fields, "_dlq_group"),
                                 .line = field_in(fields, "partition_key"),
                                 .found = {.original = *original,
                                           .retries = retries->as_integer().value_or(-1),
                                           .reason = field_in(fields, "_dlq_reason")}});
    }
}

// -------------------------------------------------------------------------------- the end

bool WorkWorld::is_idle() {
    for (std::size_t queue = 0; queue < queue_count; ++queue) {
        const auto shown =
            machine_->call({"SLUICE.GROUP", "SHOW", stream_of(queue), group_of(queue)});
        if (!shown) return false;
        for (const std::string_view state : {"lag", "leased", "parked", "ready", "behind"}) {
            const Reply* const count = shown->find(state);
            if (count == nullptr || number_in(*count) != 0) return false;
        }
    }
    return true;
}

void WorkWorld::drain() {
    for (int i = 0; i < drain_turns_max && !has_failed(); ++i) {
        turn(true);
        const bool is_quiet = std::ranges::none_of(
            clients_, [](const Client& client) { return client.asked || !client.held.empty(); });
        if (i % 20 == 19 && is_quiet && is_idle()) return;
    }
    fail("the queue is never empty");
}

void WorkWorld::audit() {
    for (const std::string_view stream : streams) {
        const auto dead = read_dead_letters(std::string(stream));
        report_.dead += dead.size();
        for (std::size_t queue = 0; queue < queue_count; ++queue) {
            if (stream_of(queue) != stream) continue;
            std::vector<WorkBook::FoundDead> of_group;
            for (const DeadLetter& letter : dead) {
                if (letter.group == group_of(queue)) of_group.push_back(letter.found);
            }
            books_[queue].audit(of_group);
            const auto pending = machine_->call({"XPENDING", std::string(stream), group_of(queue)});
            if (!pending || number_in(pending->elements[0]) != 0) fail("XPENDING is not empty");
        }
    }
    look_for_faults();
}

std::vector<WorkWorld::DeadLetter> WorkWorld::read_dead_letters(const std::string& stream) {
    dead_letters_.clear();
    Arguments arguments = {"SLUICE.DLQ", "LIST", stream, "COUNT", "1000"};
    const auto queue =
        static_cast<std::size_t>(std::ranges::find(streams, stream) - streams.begin()) *
        groups.size();
    for (;;) {
        const std::size_t before = dead_letters_.size();
        const auto reply = machine_->call(arguments);
        if (!reply) {
            fail("the dead letters cannot be read");
            break;
        }
        take_dead_letters({{.kind = Asked::Kind::list, .queue = queue}, *reply});
        if (has_failed() || dead_letters_.size() == before) break;
        arguments = {"SLUICE.DLQ", "LIST", stream, "AFTER", dead_letters_.back().id,
                     "COUNT",      "1000"};
    }
    return {dead_letters_.begin(), dead_letters_.end()};
}

}  // namespace sluice::testing
