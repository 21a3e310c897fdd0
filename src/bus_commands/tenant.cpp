#include "bus_commands/tenant.hpp"

#include <algorithm>

#include "bus_commands/record.hpp"

namespace sluice {

namespace {

constexpr std::string_view prefix = "tenant:";
constexpr std::string_view number_field_name = "number";
// Of all tenants together.
constexpr std::string_view numbers_record = "tenants";
constexpr std::string_view next_number_field = "next-number";

std::string record_name(std::string_view tenant) {
    return std::string(prefix) + std::string(tenant);
}

std::uint64_t take_number(Engine& engine) {
    const Hash* const numbers = find_record(engine, numbers_record);
    // 0 is `default`.
    const std::int64_t next =
        numbers == nullptr ? 1
                           : std::max<std::int64_t>(1, number_field(*numbers, next_number_field));
    const Field after[] = {{std::string(next_number_field), std::to_string(next + 1)}};
    write_record(engine, numbers_record, after);
    return static_cast<std::uint64_t>(next);
}

void write(Engine& engine, const Tenant& tenant) {
    auto fields = tenant.settings.values();
    fields.push_back({std::string(number_field_name), std::to_string(tenant.number)});
    write_record(engine, record_name(tenant.name), fields);
}

Tenant read(std::string_view name, const Hash& record) {
    Tenant tenant;
    tenant.name = name;
    tenant.number = static_cast<std::uint64_t>(number_field(record, number_field_name));
    // A setting of a newer program is nothing to us, and stays in the record.
    record.for_each(
        [&](const HashField& field) { (void)tenant.settings.set(field.name, field.value); });
    return tenant;
}

}  // namespace

void Tenants::load(Engine& engine) {
    tenants_.clear();
    tenants_[std::string(default_tenant)].name = default_tenant;
    for_each_record(engine, prefix, [this](std::string_view name, const Hash& record) {
        tenants_[std::string(name)] = read(name, record);
    });
}

Tenant* Tenants::find(Engine& engine, std::string_view name) {
    find_record(engine, record_name(name));
    const auto found = tenants_.find(name);
    return found == tenants_.end() ? nullptr : &found->second;
}

Tenant& Tenants::create(Engine& engine, std::string_view name, const TenantSettings& settings) {
    Tenant& tenant = tenants_[std::string(name)];
    tenant.name = name;
    tenant.number = take_number(engine);
    tenant.settings = settings;
    write(engine, tenant);
    return tenant;
}

void Tenants::set(Engine& engine, Tenant& tenant, const TenantSettings& settings) {
    tenant.settings = settings;
    write(engine, tenant);
}

void Tenants::drop(Engine& engine, std::string_view name) {
    remove_record(engine, record_name(name));
    tenants_.erase(tenants_.find(name));
}

}  // namespace sluice
