-- ChatOS 1.0 for Wireshark and tshark (tested with 4.0, which has Lua 5.2). README.md says how to install
-- and use it. The layout of the packets, the names of what can be wrong and the way text is escaped are those of the
-- codec; wireshark_test.py compares them message by message.

local chatos = Proto("chatos", "ChatOS 1.0")

-- What follows an opcode, and which side may send it (figures 1 to 6).
local packets = {
    [1] = {name = "CR", title = "connection request", parts = {"pseudo"}, c2s = true},
    [2] = {name = "RPM", title = "request personal message", parts = {"pseudo"}, c2s = true},
    [3] = {name = "SPM", title = "send personal message", parts = {"pseudo", "message"}, c2s = true, s2c = true},
    [4] = {name = "SMA", title = "send message to all", parts = {"message"}, c2s = true},
    [5] = {name = "PC", title = "private TCP connection", parts = {"pseudo"}, c2s = true, s2c = true},
    [6] = {name = "ERROR", title = "error code", parts = {"code"}, c2s = true, s2c = true},
}
local size_bytes_of = {pseudo = 2, message = 4}
local code_names = {[0] = "OK", [1] = "PSEUDO_TAKEN", [2] = "OUT_OF_CAPACITY", [4] = "UNREACHABLE", [5] = "REFUSED"}
local violations = {
    unknown_opcode = {rule = "WIRE-1", text = "no packet has this opcode; 1 to 6 are assigned"},
    negative_size = {rule = "WIRE-11", text = "the size has its top bit set, and sizes are signed"},
    size_over_limit = {rule = "WIRE-14", text = "the size is over the limit"},
    empty_pseudo = {rule = "WIRE-9", text = "a pseudo has at least one byte"},
    ill_formed_utf8 = {rule = "WIRE-8", text = "the bytes are not well-formed UTF-8"},
    unassigned_error_code = {rule = "WIRE-12", text = "this error code is not assigned; 0, 1, 2, 4 and 5 are"},
}

-- Fields, expert information, preferences ---------------------------------------------------------------------------

local opcode_names = {}
for opcode, row in pairs(packets) do
    opcode_names[opcode] = row.name
end

local f = {
    opcode = ProtoField.uint8("chatos.opcode", "Opcode", base.DEC, opcode_names),
    packet = ProtoField.string("chatos.packet", "Packet", base.UNICODE, "CR, RPM, SPM, SMA, PC or ERROR"),
    direction = ProtoField.string("chatos.direction", "Direction", base.UNICODE, "c2s: a client sent it; s2c: the server"),
    length = ProtoField.uint32("chatos.length", "Length", base.DEC, nil, nil, "Bytes of the whole packet"),
    pseudo_size = ProtoField.uint16("chatos.pseudo_size", "Pseudo size", base.DEC),
    pseudo = ProtoField.string("chatos.pseudo", "Pseudo", base.UNICODE, "With control characters escaped"),
    pseudo_bytes = ProtoField.bytes("chatos.pseudo_bytes", "Pseudo, exact bytes"),
    message_size = ProtoField.uint32("chatos.message_size", "Message size", base.DEC),
    message = ProtoField.string("chatos.message", "Message", base.UNICODE, "With control characters escaped"),
    message_bytes = ProtoField.bytes("chatos.message_bytes", "Message, exact bytes"),
    code = ProtoField.uint8("chatos.code", "Code", base.DEC, code_names),
    code_name = ProtoField.string("chatos.code_name", "Code name"),
    violation = ProtoField.string("chatos.violation", "Violation", base.UNICODE, "Why the bytes are no packet"),
    violation_field = ProtoField.string("chatos.violation_field", "Violation in field"),
    rule = ProtoField.string("chatos.rule", "Rule"),
    undecoded = ProtoField.bytes("chatos.undecoded", "Undecoded"),
    incomplete = ProtoField.bytes("chatos.incomplete", "Incomplete packet"),
}
chatos.fields = f

local malformed = {}
local experts = {
    wrong_direction = ProtoExpert.new("chatos.wrong_direction", "This packet never goes in this direction",
                                      expert.group.PROTOCOL, expert.severity.WARN),
    after_malformed = ProtoExpert.new("chatos.after_malformed", "Framing is lost: a malformed packet came before",
                                      expert.group.UNDECODED, expert.severity.NOTE),
    incomplete = ProtoExpert.new("chatos.cut", "The remainder of this packet is unavailable",
                                 expert.group.UNDECODED, expert.severity.WARN),
    unframed = ProtoExpert.new("chatos.unframed", "Bytes before these were not captured, and no packet begins here",
                               expert.group.UNDECODED, expert.severity.NOTE),
    resync = ProtoExpert.new("chatos.resync", "Decoding continues at a guessed boundary",
                             expert.group.ASSUMPTION, expert.severity.NOTE),
}
for name, what in pairs(violations) do
    malformed[name] = ProtoExpert.new("chatos.malformed." .. name, what.text, expert.group.MALFORMED,
                                      expert.severity.ERROR)
end
local all_experts = {}
for _, one in pairs(experts) do
    table.insert(all_experts, one)
end
for _, one in pairs(malformed) do
    table.insert(all_experts, one)
end
chatos.experts = all_experts

chatos.prefs.ports = Pref.range("Server's TCP port(s)", "7777", "Ports of servers; they also tell who the client is", 65535)
chatos.prefs.pseudo_bytes_max = Pref.uint("Largest pseudo (bytes)", 255, "Longer pseudos are malformed (WIRE-14)")
chatos.prefs.message_bytes_max = Pref.uint("Largest message (bytes)", 65536, "Longer messages are malformed (WIRE-14)")
chatos.prefs.info_text_max = Pref.uint("Text shown in the Info column (bytes)", 80,
                                       "Of each pseudo and message; the rest is in the packet's details")
chatos.prefs.recognise = Pref.bool("Recognise ChatOS on other ports", false,
                                   "Connections whose first bytes are exactly one connection request")

-- What other dissectors found out about the frame.
local tcp_stream = Field.new("tcp.stream")
local tcp_completeness = Field.new("tcp.completeness")
local tcp_lost_segment = Field.new("tcp.analysis.lost_segment")

-- Text --------------------------------------------------------------------------------------------------------------

-- Bytes of a sequence that begins with `lead`, and what its second byte may be (Unicode 15, table 3-7).
local function utf8_sequence(lead)
    if lead >= 0xC2 and lead <= 0xDF then return 2, 0x80, 0xBF end
    if lead == 0xE0 then return 3, 0xA0, 0xBF end
    if lead == 0xED then return 3, 0x80, 0x9F end
    if lead >= 0xE1 and lead <= 0xEF then return 3, 0x80, 0xBF end
    if lead == 0xF0 then return 4, 0x90, 0xBF end
    if lead >= 0xF1 and lead <= 0xF3 then return 4, 0x80, 0xBF end
    if lead == 0xF4 then return 4, 0x80, 0x8F end
    return nil
end

-- Length of the well-formed sequence at `at`, whose lead is no ASCII; nil where there is none.
local function well_formed_length(text, at)
    local length, low, high = utf8_sequence(text:byte(at))
    local second = text:byte(at + 1)
    if not length or not second or second < low or second > high then return nil end
    for position = at + 2, at + length - 1 do
        local byte = text:byte(position)
        if not byte or byte < 0x80 or byte > 0xBF then return nil end
    end
    return length
end

-- Position (from 1) of the first ill-formed sequence, or nil (WIRE-8).
local function find_ill_formed(text)
    local at = text:find("[\128-\255]")
    while at do
        local length = well_formed_length(text, at)
        if not length then return at end
        at = text:find("[\128-\255]", at + length)
    end
    return nil
end

-- Characters that hide, reorder or break text, as in the codec's display.cpp.
local unsafe_ranges = {
    {0x0080, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xE000, 0xF8FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFC}, {0xFFFE, 0xFFFF},
    {0xE0000, 0x10FFFF},
}
local ascii_escapes = {["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\"}

local function escaped_ascii(character)
    return ascii_escapes[character] or string.format("\\x%02x", character:byte())
end

local function escaped_sequence(text, at, length)
    local lead_bits = ({0, 0x1F, 0x0F, 0x07})[length] + 1
    local code_point = text:byte(at) % lead_bits
    for position = at + 1, at + length - 1 do
        code_point = code_point * 64 + text:byte(position) % 64
    end
    for _, range in ipairs(unsafe_ranges) do
        if code_point >= range[1] and code_point <= range[2] then
            return string.format("\\u{%04x}", code_point)
        end
    end
    return text:sub(at, at + length - 1)
end

-- `text`, which may be any bytes, as it is safe to show. The same as the codec's, but that a quotation mark stays.
local function escaped(text)
    if not text:find("[^]-~ -[]") then return text end  -- printable ASCII but the backslash
    local pieces = {}
    local at = 1
    while at <= #text do
        local plain = text:match("^[]-~ -[]+", at)
        if plain then
            pieces[#pieces + 1] = plain
            at = at + #plain
        elseif text:byte(at) < 0x80 then
            pieces[#pieces + 1] = escaped_ascii(text:sub(at, at))
            at = at + 1
        else
            local length = well_formed_length(text, at)
            pieces[#pieces + 1] = length and escaped_sequence(text, at, length) or string.format("\\x%02x", text:byte(at))
            at = at + (length or 1)
        end
    end
    return table.concat(pieces)
end

-- For the Info column: in quotation marks, and cut at a whole character.
local function quoted(text)
    local most = chatos.prefs.info_text_max
    local cut = ""
    if #text > most then
        local last = most
        while last > 0 and text:byte(last + 1) >= 0x80 and text:byte(last + 1) <= 0xBF do
            last = last - 1
        end
        text = text:sub(1, last)
        cut = "…"
    end
    return '"' .. escaped(text):gsub('"', '\\"') .. cut .. '"'
end

-- Packets -----------------------------------------------------------------------------------------------------------

local function big_endian(bytes, at, count)
    local number = 0
    for position = at, at + count - 1 do
        number = number * 256 + bytes:byte(position)
    end
    return number
end

-- What is wrong with a size, or nil.
local function size_violation(part, size)
    if size >= (part == "pseudo" and 0x8000 or 0x80000000) then return "negative_size" end
    local limit = part == "pseudo" and chatos.prefs.pseudo_bytes_max or chatos.prefs.message_bytes_max
    if size > limit then return "size_over_limit" end
    if size == 0 and part == "pseudo" then return "empty_pseudo" end
    return nil
end

local function fail(packet, violation, field, at)
    packet.violation, packet.violation_field, packet.violation_at = violation, field, at
    return packet
end

-- Adds a size and its text to the packet; false when that ends the reading: the packet says why.
local function read_text(packet, bytes, part)
    local size_at = packet.at + packet.size
    local size_bytes = size_bytes_of[part]
    if #bytes + 1 < size_at + size_bytes then
        packet.need = size_at + size_bytes - (#bytes + 1)
        return false
    end
    local size = big_endian(bytes, size_at, size_bytes)
    local text_at = size_at + size_bytes
    local read = {name = part, size_at = size_at, size_bytes = size_bytes, size = size, at = text_at}
    table.insert(packet.parts, read)
    local wrong = size_violation(part, size)
    if wrong then
        fail(packet, wrong, part .. "_size", size_at)
        return false
    end
    if #bytes + 1 < text_at + size then
        packet.need = text_at + size - (#bytes + 1)
        return false
    end
    read.text = bytes:sub(text_at, text_at + size - 1)
    packet.size = packet.size + size_bytes + size
    local ill_formed = find_ill_formed(read.text)
    if ill_formed then
        fail(packet, "ill_formed_utf8", part, text_at + ill_formed - 1)
        return false
    end
    return true
end

-- The packet at `at` (from 1) of `bytes`. It is whole, or has `need` (bytes that bring the next decision), or has a
-- `violation`. Positions count from 1.
local function read_packet(bytes, at)
    local packet = {at = at, size = 1, opcode = bytes:byte(at), parts = {}}
    packet.row = packets[packet.opcode]
    if not packet.row then return fail(packet, "unknown_opcode", "opcode", at) end
    for _, part in ipairs(packet.row.parts) do
        if part == "code" then
            packet.code = bytes:byte(at + 1)
            if not packet.code then
                packet.need = 1
                return packet
            end
            packet.size = 2
            if not code_names[packet.code] then return fail(packet, "unassigned_error_code", "error_code", at + 1) end
        elseif not read_text(packet, bytes, part) then
            return packet
        end
    end
    return packet
end

local function is_whole(packet)
    return not packet.need and not packet.violation
end

-- Where, from `at` on, two packets follow each other or one ends with the bytes; nil if nowhere.
local function find_boundary(bytes, at)
    for start = at, #bytes do
        local first = read_packet(bytes, start)
        if is_whole(first) then
            local behind = start + first.size
            if behind > #bytes or is_whole(read_packet(bytes, behind)) then return start end
        end
    end
    return nil
end

-- Connections -------------------------------------------------------------------------------------------------------

-- Built while frames are seen for the first time and only read later, in whatever order they are looked at.
local client_of = {}     -- by ends_key(): end_of() the client, where ports do not tell
local directions = {}    -- by stream and direction: see direction_state()
local port_ranges = {}   -- of the preference

function chatos.init()
    client_of, directions = {}, {}
end

local function is_server_port(port)
    for _, range in ipairs(port_ranges) do
        if port >= range[1] and port <= range[2] then return true end
    end
    return false
end

local function end_of(address, port)
    return tostring(address) .. ":" .. port
end

local function ends_key(pinfo)
    local source, destination = end_of(pinfo.src, pinfo.src_port), end_of(pinfo.dst, pinfo.dst_port)
    return source < destination and source .. " " .. destination or destination .. " " .. source
end

-- True when a client sent the frame. Where both ports or none are a server's, the port that chatos was registered or
-- asked for decides, and else who spoke first: a server says nothing before a client does.
local function is_from_client(pinfo)
    local source, destination = pinfo.src_port, pinfo.dst_port
    local from_server, to_server = is_server_port(source), is_server_port(destination)
    if from_server ~= to_server then return to_server end
    local key = ends_key(pinfo)
    if not client_of[key] and not from_server and source ~= destination then
        if pinfo.match_uint == destination then return true end
        if pinfo.match_uint == source then return false end
    end
    if not client_of[key] then client_of[key] = end_of(pinfo.src, source) end
    return client_of[key] == end_of(pinfo.src, source)
end

-- What is known of one direction: `lost`, a list of frames from which on (`from`) and up to which (`to`) framing was
-- lost, with the position (`boundary`) at which decoding continues in the last of them; `is_uncertain`, whether the next
-- bytes may begin inside a packet, because the ones before were not captured; `frame`, up to which this is known. The
-- first of tshark's two passes (-2) does not tell the stream: then each call starts afresh, and the second pass, which
-- shows things, knows.
local function direction_state(from_client)
    local streams = {tcp_stream()}
    local stream = streams[#streams]   -- of the innermost connection
    if not stream then return {lost = {}, frame = 0} end
    local key = stream.value * 2 + (from_client and 0 or 1)
    if not directions[key] then
        local completeness = tcp_completeness()
        directions[key] = {lost = {}, frame = 0, is_uncertain = not completeness or completeness.value % 2 == 0}
    end
    return directions[key]
end

-- The stretch of lost framing that the frame belongs to, or nil.
local function lost_at(state, frame)
    for _, stretch in ipairs(state.lost) do
        if frame >= stretch.from and (not stretch.to or frame <= stretch.to) then return stretch end
    end
    return nil
end

-- The Info column ---------------------------------------------------------------------------------------------------

local info_bytes_max = 3900   -- Wireshark's column has 4,096
local info = {entries = {}}

local function begin_info(pinfo)
    -- TCP calls once for each run of packets in a frame. What is private lives as long as one look at the frame.
    if not pinfo.private["chatos_seen"] then
        pinfo.private["chatos_seen"] = "1"
        info = {entries = {}}
    end
end

local function add_info(text)
    local last = info.entries[#info.entries]
    if last and last.text == text then
        last.count = last.count + 1
    else
        table.insert(info.entries, {text = text, count = 1})
    end
end

local function show_info(pinfo)
    local pieces, bytes, left_out = {}, 0, 0
    for _, entry in ipairs(info.entries) do
        local text = entry.count == 1 and entry.text or entry.text .. " ×" .. entry.count
        if bytes + #text + 2 > info_bytes_max then
            left_out = left_out + entry.count
        else
            table.insert(pieces, text)
            bytes = bytes + #text + 2
        end
    end
    if left_out > 0 then table.insert(pieces, "and " .. left_out .. " more") end
    pinfo.cols.protocol = "ChatOS"
    pinfo.cols.info:clear_fence()
    pinfo.cols.info = table.concat(pieces, ", ")
end

local function info_of(packet)
    local words = {packet.row.name}
    for _, part in ipairs(packet.parts) do
        table.insert(words, quoted(part.text))
    end
    if packet.code then table.insert(words, packet.code .. " " .. code_names[packet.code]) end
    return table.concat(words, " ")
end

-- The tree ----------------------------------------------------------------------------------------------------------

local function add_generated(tree, field, value)
    tree:add(field, value):set_generated()
end

local function add_part(tree, tvb, part)
    tree:add(f[part.name .. "_size"], tvb(part.size_at - 1, part.size_bytes))
    if not part.text then return end
    if #part.text == 0 then
        tree:add(f[part.name], tvb(part.at - 2, 0), "")
        return
    end
    local range = tvb(part.at - 1, #part.text)
    tree:add(f[part.name], range, escaped(part.text))
    tree:add(f[part.name .. "_bytes"], range):set_hidden()
end

-- The fields that were read; returns the packet's tree.
local function add_packet(tree, tvb, packet, from_client, title, bytes)
    local subtree = tree:add(chatos, tvb(packet.at - 1, bytes), title)
    subtree:add(f.opcode, tvb(packet.at - 1, 1))
    if packet.row then add_generated(subtree, f.packet, packet.row.name) end
    add_generated(subtree, f.direction, from_client and "c2s" or "s2c")
    for _, part in ipairs(packet.parts) do
        add_part(subtree, tvb, part)
    end
    if packet.code then
        subtree:add(f.code, tvb(packet.at, 1))
        add_generated(subtree, f.code_name, code_names[packet.code] or "UNASSIGNED")
    end
    return subtree
end

local function show_packet(tree, tvb, packet, from_client)
    local text = info_of(packet)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, " .. packet.row.title .. ": " .. text, packet.size)
    add_generated(subtree, f.length, packet.size)
    if not packet.row[from_client and "c2s" or "s2c"] then
        local who = from_client and "client" or "server"
        subtree:add_proto_expert_info(experts.wrong_direction, packet.row.name .. " is never sent by a " .. who)
        text = text .. " (never sent by a " .. who .. ")"
    end
    add_info(text)
end

local function show_malformed(tree, tvb, packet, from_client)
    local what = violations[packet.violation]
    local rest = tvb:captured_len() - (packet.at - 1)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, malformed: " .. what.text, rest)
    add_generated(subtree, f.violation, packet.violation)
    add_generated(subtree, f.violation_field, packet.violation_field)
    add_generated(subtree, f.rule, what.rule)
    subtree:add_tvb_expert_info(malformed[packet.violation], tvb(packet.violation_at - 1, 1),
                                what.text .. " (" .. what.rule .. "); framing is lost")
    add_info("malformed " .. (packet.row and packet.row.name .. " " or "") .. "(" .. packet.violation .. ")")
end

local function show_undecoded(tree, tvb, bytes, expert_info, text)
    local subtree = tree:add(chatos, tvb(0, bytes), "ChatOS, " .. bytes .. " " .. text)
    subtree:add(f.undecoded, tvb(0, bytes))
    subtree:add_proto_expert_info(expert_info)
    add_info("(" .. bytes .. " " .. text .. ")")
end

local function show_cut(tree, tvb, packet, from_client)
    local rest = tvb:captured_len() - (packet.at - 1)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, cut " .. packet.row.name, rest)
    subtree:add(f.incomplete, tvb(packet.at - 1, rest))
    subtree:add_proto_expert_info(experts.incomplete, "At least " .. packet.need .. " more bytes belong to this packet; "
                                  .. "the capture cut them, or TCP reassembly is off")
    add_info("cut " .. packet.row.name)
end

-- Dissection --------------------------------------------------------------------------------------------------------

-- Passes bytes while framing is lost, up to a boundary that proves itself if bytes are missing before them, and else all.
-- Returns where decoding continues.
local function pass_lost(tree, tvb, pinfo, bytes, stretch, is_new)
    if is_new and stretch.is_uncertain and not stretch.to then
        stretch.boundary = find_boundary(bytes, 1)
        stretch.to = stretch.boundary and pinfo.number
    end
    local boundary = stretch.to == pinfo.number and stretch.boundary or #bytes + 1
    if boundary > 1 then
        if stretch.is_uncertain then
            show_undecoded(tree, tvb, boundary - 1, experts.unframed, "bytes of no packet")
        else
            show_undecoded(tree, tvb, boundary - 1, experts.after_malformed, "bytes after a malformed packet")
        end
    end
    if boundary <= #bytes then tree:add_proto_expert_info(experts.resync) end
    return boundary
end

-- Whether `bytes`, the first ones since some were not captured, seem to begin inside a packet.
local function begins_inside(state, bytes)
    return state.is_uncertain and read_packet(bytes, 1).violation ~= nil
end

-- Decodes all from `at` on; returns where the last packet starts if TCP is to bring more of it, or else nil.
local function decode(tree, tvb, pinfo, bytes, at, state, is_new, from_client)
    while at <= #bytes do
        local packet = read_packet(bytes, at)
        if packet.violation then
            show_malformed(tree, tvb, packet, from_client)
            pinfo.private["chatos_lost"] = "1"
            if is_new then table.insert(state.lost, {from = pinfo.number + 1}) end
            return nil
        end
        if packet.need then
            if pinfo.can_desegment > 0 then return at end
            show_cut(tree, tvb, packet, from_client)
            return nil
        end
        show_packet(tree, tvb, packet, from_client)
        if is_new then state.is_uncertain = false end
        at = at + packet.size
    end
    return nil
end

function chatos.dissector(tvb, pinfo, tree)
    local length = tvb:captured_len()
    if length == 0 then return 0 end
    local bytes = tvb:raw(0, length)
    local from_client = is_from_client(pinfo)
    local state = direction_state(from_client)
    begin_info(pinfo)
    -- TCP may call several times for a frame; what was learned in the first call is known in the next.
    local is_new = pinfo.number > state.frame or pinfo.private["chatos_new"] ~= nil
    if is_new then
        pinfo.private["chatos_new"] = "1"
        state.frame = pinfo.number
        if tcp_lost_segment() then state.is_uncertain = true end
    end
    local at = 1
    if pinfo.private["chatos_lost"] then
        at = pass_lost(tree, tvb, pinfo, bytes, {}, false)
    else
        local stretch = lost_at(state, pinfo.number)
        if is_new and not stretch and begins_inside(state, bytes) then
            stretch = {from = pinfo.number, is_uncertain = true}
            table.insert(state.lost, stretch)
        end
        if stretch then at = pass_lost(tree, tvb, pinfo, bytes, stretch, is_new) end
    end
    local unfinished = decode(tree, tvb, pinfo, bytes, at, state, is_new, from_client)
    if unfinished then
        -- Not the exact need, though it is known: TCP of Wireshark 4.0 mixes packets up in the second of two passes when
        -- a need grows inside a segment (first a size, then a text).
        pinfo.desegment_offset = unfinished - 1
        pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
    end
    if #info.entries > 0 then show_info(pinfo) end
    return length
end

-- Registration ------------------------------------------------------------------------------------------------------

local tcp_ports = DissectorTable.get("tcp.port")
local registered_ports = ""

local function register_ports()
    if chatos.prefs.ports == registered_ports then return end
    if registered_ports ~= "" then tcp_ports:remove(registered_ports, chatos) end
    registered_ports = chatos.prefs.ports
    port_ranges = {}
    for first, last in registered_ports:gmatch("(%d+)%-?(%d*)") do
        table.insert(port_ranges, {tonumber(first), tonumber(last) or tonumber(first)})
    end
    if registered_ports ~= "" then tcp_ports:add(registered_ports, chatos) end
end

function chatos.prefs_changed()
    register_ports()
end

register_ports()
tcp_ports:add_for_decode_as(chatos)

-- A connection on any port, once the preference asks for it: its first bytes are one connection request and no more.
chatos:register_heuristic("tcp", function(tvb, pinfo, tree)
    if not chatos.prefs.recognise or tvb:captured_len() < 4 then return false end
    local bytes = tvb:raw(0, tvb:captured_len())
    local packet = read_packet(bytes, 1)
    if packet.opcode ~= 1 or not is_whole(packet) or packet.size ~= #bytes then return false end
    client_of[ends_key(pinfo)] = end_of(pinfo.src, pinfo.src_port)
    pinfo.conversation = chatos
    chatos.dissector(tvb, pinfo, tree)
    return true
end)
