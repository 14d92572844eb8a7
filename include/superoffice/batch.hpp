// superoffice/batch.hpp - all of superoffice-batch: the parts in the order in which they rest on one another.
// SPDX-License-Identifier: BSL-1.0

#include <superoffice/version.hpp>  // before the guard: a second, different version is stopped there

#ifndef SUPEROFFICE_BATCH_HPP
#define SUPEROFFICE_BATCH_HPP

// Sources are named in the headers below: RFCs, and sections of the service notes, of which tests/README.md says where they
// come from.

// What is called `memory` or `api` here may be called so in your program, too.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif

// common ground
#include <superoffice/borrowed.hpp>
#include <superoffice/config.hpp>
#include <superoffice/error.hpp>
#include <superoffice/result.hpp>
#include <superoffice/time.hpp>

// schema: names and types of the service
#include <superoffice/field.hpp>
#include <superoffice/coded.hpp>
#include <superoffice/flags.hpp>
#include <superoffice/date_time.hpp>
#include <superoffice/fixed_text.hpp>
#include <superoffice/rights.hpp>
#include <superoffice/string_map.hpp>
#include <superoffice/batch_task_info.hpp>
#include <superoffice/service_version.hpp>
#include <superoffice/tenant_state.hpp>
#include <superoffice/select.hpp>

// codec: described structs and documents
#include <superoffice/json/text.hpp>
#include <superoffice/json/reader.hpp>
#include <superoffice/json/compact_reader.hpp>
#include <superoffice/json/simdjson_reader.hpp>
#include <superoffice/json/default_reader.hpp>
#include <superoffice/json/writer.hpp>
#include <superoffice/json/codec.hpp>
#include <superoffice/json.hpp>
#include <superoffice/keep.hpp>

// service: paths, headers, and what each reply means
#include <superoffice/base_url.hpp>
#include <superoffice/content_type.hpp>
#include <superoffice/request_head.hpp>
#include <superoffice/credentials.hpp>
#include <superoffice/options.hpp>
#include <superoffice/operation.hpp>
#include <superoffice/reply.hpp>

// exchange: one request and one reply, without I/O
#include <superoffice/header_line.hpp>
#include <superoffice/exchange.hpp>

// transport: how bytes travel, or whole HTTP calls
#include <superoffice/transport.hpp>
#include <superoffice/transport/script_manner.hpp>
#include <superoffice/transport/scripted.hpp>
#include <superoffice/http_transport.hpp>
#include <superoffice/transport/scripted_http.hpp>
#include <superoffice/transport/connect_proxy.hpp>
#include <superoffice/transport/tcp_socket.hpp>
#include <superoffice/transport/tls.hpp>
#include <superoffice/transport/tls_refusal.hpp>
#include <superoffice/transport/mbedtls_socket.hpp>

// client: drives the rest
#include <superoffice/memory.hpp>
#include <superoffice/call.hpp>
#include <superoffice/client.hpp>
#include <superoffice/watch.hpp>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#endif
