#include "document/effect.hpp"

#include "document/byte_coding.hpp"

namespace sluice {

namespace {

std::string effect_of(EffectKind kind, std::size_t room) {
    std::string effect;
    effect.reserve(1 + room);
    effect.push_back(static_cast<char>(kind));
    return effect;
}

}  // namespace

std::string string_set_effect(std::string_view value) {
    std::string effect = effect_of(EffectKind::string_set, value.size());
    effect.append(value);
    return effect;
}

std::string string_append_effect(std::string_view bytes) {
    std::string effect = effect_of(EffectKind::string_append, bytes.size());
    effect.append(bytes);
    return effect;
}

std::string string_write_effect(std::uint64_t offset, std::string_view bytes) {
    std::string effect = effect_of(EffectKind::string_write, bytes.size() + 10);
    put_number(effect, offset);
    effect.append(bytes);
    return effect;
}

EffectBuilder::EffectBuilder(EffectKind kind) : bytes_(effect_of(kind, 0)) {}

void EffectBuilder::add_field(std::string_view field, std::string_view value) {
    put_sized(bytes_, field);
    put_sized(bytes_, value);
}

void EffectBuilder::add_expiry(std::string_view field, std::optional<WallTime> expires_at) {
    put_sized(bytes_, field);
    put_number(bytes_, expires_at ? static_cast<std::uint64_t>(expires_at->ms()) : 0);
}

void EffectBuilder::add_member(std::string_view member, double score) {
    put_sized(bytes_, member);
    put_double(bytes_, score);
}

void EffectBuilder::add_name(std::string_view name) {
    put_sized(bytes_, name);
}

Result<ParsedEffect> parse_effect(std::string_view effect) {
    DocumentReader reader(effect);
    const auto kind = reader.byte();
    if (!kind) return corrupt_effect("no kind");
    return ParsedEffect{static_cast<EffectKind>(*kind), reader.rest()};
}

Error corrupt_effect(std::string_view of_what) {
    return Error{Errc::corrupt, "document effect: " + std::string(of_what)};
}

}  // namespace sluice
