// superoffice/batch.hpp - the whole library. Each section is a layer; it includes only earlier ones.
// SPDX-License-Identifier: BSL-1.0

#include <superoffice/base/version.hpp>  // before the guard: a second, different version is stopped there

#ifndef SUPEROFFICE_BATCH_HPP
#define SUPEROFFICE_BATCH_HPP

// The headers below name their sources: RFCs, and sections of the service notes. tests/README.md says where the notes come
// from.

#include <superoffice/base/detail/warnings_begin.hpp>

// base/: what every layer uses
#include <superoffice/base/config.hpp>
#include <superoffice/base/assertion.hpp>
#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/errc.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/base/utc_clock.hpp>
#include <superoffice/base/civil_time.hpp>
#include <superoffice/base/peer.hpp>

// text/: one piece of JSON text
#include <superoffice/text/json_kind.hpp>
#include <superoffice/text/json_text.hpp>

// schema/: names and types of the service
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/fixed_text.hpp>
#include <superoffice/schema/rights.hpp>
#include <superoffice/schema/string_map.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/batch_requests.hpp>
#include <superoffice/schema/current_principal.hpp>
#include <superoffice/schema/service_fault.hpp>
#include <superoffice/schema/service_version.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/schema/token_reply.hpp>
#include <superoffice/schema/system_user_reply.hpp>

// codec/: described structs to JSON and back
#include <superoffice/codec/select.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/simdjson_reader.hpp>
#include <superoffice/codec/default_reader.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/request_list.hpp>
#include <superoffice/codec/keep.hpp>

// http/: one request and one reply, without I/O
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/http/header_line.hpp>
#include <superoffice/http/reply_head.hpp>
#include <superoffice/http/exchange.hpp>

// service/: operations, credentials, and what each reply means
#include <superoffice/service/task_id.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/operations.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/service/request_headers.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

// transport/: how bytes or whole HTTP calls travel
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/script_mismatch.hpp>
#include <superoffice/transport/script_pacing.hpp>
#include <superoffice/transport/scripted.hpp>
#include <superoffice/transport/http_transport.hpp>
#include <superoffice/transport/scripted_http.hpp>
#include <superoffice/transport/connect_proxy.hpp>
#include <superoffice/transport/tcp_socket.hpp>
#include <superoffice/transport/tls/tls.hpp>
#include <superoffice/transport/tls/tls_refusal.hpp>
#include <superoffice/transport/mbedtls_socket.hpp>
#include <superoffice/transport/tls/mbedtls_rsa_signer.hpp>

// client/: runs calls over all earlier layers
#include <superoffice/client/memory.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/list_call.hpp>
#include <superoffice/client/download.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/client/watch.hpp>
#include <superoffice/client/watch_many.hpp>
#include <superoffice/client/remaining_time.hpp>
#include <superoffice/client/task_board.hpp>
#include <superoffice/client/kept_list.hpp>
#include <superoffice/client/refreshing_bearer.hpp>
#include <superoffice/client/signer.hpp>
#include <superoffice/client/system_user.hpp>
#include <superoffice/client/credential_share.hpp>

#include <superoffice/base/detail/warnings_end.hpp>

#endif
