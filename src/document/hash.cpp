#include "document/hash.hpp"

#include "document/byte_coding.hpp"
#include "document/effect.hpp"
#include "document/field_table.hpp"

namespace sluice {

namespace {

// The first byte of a snapshot, and the flag of a field in a table.
constexpr std::uint8_t layout_packed = 0;
constexpr std::uint8_t layout_table = 1;
constexpr std::uint8_t field_expires = 1;

// Times that fit into milliseconds since 1970 and microseconds inside WallTime.
constexpr std::uint64_t expiry_ms_max = std::uint64_t{1} << 53;

Error corrupt_snapshot() {
    return Error{Errc::corrupt, "hash snapshot does not parse"};
}

// Reads the items of an effect and calls use(reader) -> bool for each, false when one is short.
template <class Use>
bool each_item(std::string_view items, Use use) {
    DocumentReader reader(items);
    while (!reader.done()) {
        if (!use(reader)) return false;
    }
    return true;
}

struct Expiry {
    std::string_view name;
    std::optional<WallTime> expires_at;
};

std::optional<Expiry> read_expiry(DocumentReader& reader) {
    const auto name = reader.sized();
    const auto ms = reader.varint();
    if (!name || !ms || *ms > expiry_ms_max) return std::nullopt;
    if (*ms == 0) return Expiry{*name, std::nullopt};
    return Expiry{*name, WallTime::from_ms(static_cast<std::int64_t>(*ms))};
}

}  // namespace

Hash::Hash() = default;
Hash::~Hash() = default;
Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash&&) noexcept = default;

std::size_t Hash::size() const {
    return table_ ? table_->size() : packed_.size();
}

std::size_t Hash::memory_bytes() const {
    return table_ ? sizeof(FieldTable) + table_->memory_bytes() : packed_.capacity();
}

std::optional<HashField> Hash::find(std::string_view name) const {
    if (table_) return table_->find(name);
    const auto pair = packed_.find(name);
    if (!pair) return std::nullopt;
    return HashField{pair->key, pair->value, std::nullopt};
}

void Hash::for_each(const Visit& visit) const {
    scan(0, table_ ? table_->slot_count() : 0, visit);
}

std::uint64_t Hash::scan(std::uint64_t cursor, std::size_t count, const Visit& visit) const {
    if (table_) return table_->scan(cursor, count, visit);
    for (auto pair = packed_.at(0); pair; pair = packed_.at(pair->end)) {
        visit({pair->key, pair->value, std::nullopt});
    }
    return 0;
}

HashField Hash::at_random(std::uint64_t random) const {
    SLUICE_CHECK(!empty(), "a field to choose");
    if (table_) return table_->at_random(random);
    auto pair = packed_.at(0);
    for (std::size_t n = random % packed_.size(); n > 0; --n) {
        pair = packed_.at(pair->end);
    }
    return {pair->key, pair->value, std::nullopt};
}

std::optional<WallTime> Hash::next_expiry() const {
    if (!table_ || table_->expiries().empty()) return std::nullopt;
    return WallTime::from_ms(table_->expiries().begin()->first);
}

std::vector<std::string> Hash::expired_fields(WallTime now) const {
    std::vector<std::string> names;
    if (!table_) return names;
    for (const auto& [ms, slot] : table_->expiries()) {
        if (ms > now.ms()) break;
        names.emplace_back(table_->name_at(slot));
    }
    return names;
}

// Reads the whole effect before the first change, so that a damaged one changes nothing.
Result<void> Hash::apply(std::string_view effect) {
    SLUICE_TRY_ASSIGN(const ParsedEffect parsed, parse_effect(effect));
    const auto read_set = [&](DocumentReader& reader, bool applies) {
        const auto name = reader.sized();
        const auto value = reader.sized();
        if (!name || !value) return false;
        if (applies) set(*name, *value);
        return true;
    };
    const auto read_remove = [&](DocumentReader& reader, bool applies) {
        const auto name = reader.sized();
        if (name && applies) erase(*name);
        return name.has_value();
    };
    const auto read_expire = [&](DocumentReader& reader, bool applies) {
        const auto expiry = read_expiry(reader);
        if (expiry && applies) set_expiry(expiry->name, expiry->expires_at);
        return expiry.has_value();
    };
    const auto run = [&](const auto& read) -> Result<void> {
        if (!each_item(parsed.items, [&](DocumentReader& reader) { return read(reader, false); })) {
            return corrupt_effect("hash effect does not parse");
        }
        each_item(parsed.items, [&](DocumentReader& reader) { return read(reader, true); });
        return {};
    };
    switch (parsed.kind) {
        case EffectKind::hash_set:
            return run(read_set);
        case EffectKind::hash_remove:
            return run(read_remove);
        case EffectKind::hash_expire:
            return run(read_expire);
        default:
            return corrupt_effect("not of a hash");
    }
}

void Hash::set(std::string_view name, std::string_view value) {
    if (table_) {
        table_->set(name, value, std::nullopt);
        return;
    }
    const bool too_long = name.size() > packed_bytes_max || value.size() > packed_bytes_max;
    if (too_long || (packed_.size() >= packed_fields_max && !packed_.find(name))) {
        become_table().set(name, value, std::nullopt);
        return;
    }
    packed_.set(name, value);
}

void Hash::erase(std::string_view name) {
    if (table_) {
        table_->erase(name);
    } else {
        packed_.erase(name);
    }
}

// A field that is not there has no expiry to set.
void Hash::set_expiry(std::string_view name, std::optional<WallTime> expires_at) {
    const auto field = find(name);
    if (!field || field->expires_at == expires_at) return;
    // The value is read before packed_ may go away.
    const std::string value(field->value);
    become_table().set(name, value, expires_at);
}

FieldTable& Hash::become_table() {
    if (table_) return *table_;
    auto table = std::make_unique<FieldTable>();
    for_each([&](const HashField& field) { table->set(field.name, field.value, std::nullopt); });
    packed_ = PackedPairs();
    table_ = std::move(table);
    return *table_;
}

void Hash::save(std::string& out) const {
    if (!table_) {
        out.push_back(static_cast<char>(layout_packed));
        out.append(packed_.bytes());
        return;
    }
    out.push_back(static_cast<char>(layout_table));
    for_each([&](const HashField& field) {
        out.push_back(static_cast<char>(field.expires_at ? field_expires : 0));
        put_sized(out, field.name);
        put_sized(out, field.value);
        if (field.expires_at) put_number(out, static_cast<std::uint64_t>(field.expires_at->ms()));
    });
}

Result<Hash> Hash::load(std::string_view snapshot) {
    DocumentReader reader(snapshot);
    const auto layout = reader.byte();
    if (!layout || *layout > layout_table) return corrupt_snapshot();
    Hash hash;
    if (*layout == layout_packed) {
        auto pairs = PackedPairs::parse(reader.rest(), packed_fields_max);
        if (!pairs) return corrupt_snapshot();
        hash.packed_ = std::move(*pairs);
        return hash;
    }
    FieldTable& table = hash.become_table();
    while (!reader.done()) {
        const auto flags = reader.byte();
        const auto name = reader.sized();
        const auto value = reader.sized();
        if (!flags || *flags > field_expires || !name || !value) return corrupt_snapshot();
        std::optional<WallTime> expires_at;
        if (*flags == field_expires) {
            const auto ms = reader.varint();
            if (!ms || *ms == 0 || *ms > expiry_ms_max) return corrupt_snapshot();
            expires_at = WallTime::from_ms(static_cast<std::int64_t>(*ms));
        }
        if (table.find(*name)) return corrupt_snapshot();
        table.set(*name, *value, expires_at);
    }
    return hash;
}

}  // namespace sluice
