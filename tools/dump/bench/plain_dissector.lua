-- The dissector that somebody would write in an hour, as a yardstick for compare.py: it knows where packets begin and end,
-- and names their fields. What tools/wireshark/chatos.lua does besides (checks, escapes, expert information) costs more.
local chatos = Proto("chatos", "ChatOS")
local fields = {
  opcode = ProtoField.uint8("chatos.opcode", "Opcode"),
  pseudo = ProtoField.string("chatos.pseudo", "Pseudo"),
  message = ProtoField.string("chatos.message", "Message"),
  code = ProtoField.uint8("chatos.code", "Error code"),
}
chatos.fields = fields

local has_pseudo = { true, true, true, false, true }
local has_message = { false, false, true, true }

-- Bytes of the packet at `at`; nil if its sizes have not all come.
local function length_at(buffer, at)
  local opcode, left = buffer(at, 1):uint(), buffer:len() - at
  if opcode == 6 then return 2 end
  local length = 1
  if has_pseudo[opcode] then
    if left < length + 2 then return nil end
    length = length + 2 + buffer(at + length, 2):uint()
  end
  if has_message[opcode] then
    if left < length + 4 then return nil end
    length = length + 4 + buffer(at + length, 4):uint()
  end
  return length
end

local function show(buffer, at, length, tree)
  local opcode = buffer(at, 1):uint()
  local packet = tree:add(chatos, buffer(at, length))
  packet:add(fields.opcode, buffer(at, 1))
  if opcode == 6 then
    packet:add(fields.code, buffer(at + 1, 1))
    return
  end
  local place = at + 1
  if has_pseudo[opcode] then
    local size = buffer(place, 2):uint()
    packet:add(fields.pseudo, buffer(place + 2, size))
    place = place + 2 + size
  end
  if has_message[opcode] then
    packet:add(fields.message, buffer(place + 4, buffer(place, 4):uint()))
  end
end

function chatos.dissector(buffer, pinfo, tree)
  pinfo.cols.protocol = "ChatOS"
  local at = 0
  while at < buffer:len() do
    local length = length_at(buffer, at)
    if not length or length > buffer:len() - at then
      pinfo.desegment_offset = at
      pinfo.desegment_len = length and length - (buffer:len() - at) or DESEGMENT_ONE_MORE_SEGMENT
      return
    end
    show(buffer, at, length, tree)
    at = at + length
  end
end

DissectorTable.get("tcp.port"):add(7777, chatos)
