//! A restricted reader of Python pickles: what `torch.save` writes for a state dict, and nothing else.
//!
//! A pickle is a program for a stack machine, and Python's machine calls whatever the program names. This one knows the
//! dictionary, the tensor and the storages of PyTorch, describes them as plain values and calls nothing. Values live in
//! one table and refer to each other by place, so that no nesting recurses; strings borrow from the file. Memory stays
//! within a small multiple of the file's size, whatever lengths it claims.

use std::collections::HashMap;

/// A Python value: a plain one, or the place of an [`Object`] in the table.
#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Plain,
    Int(i64),
    Text(&'a str),
    Global(Global),
    Object(usize),
}

/// The names that a pickle may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Global {
    OrderedDict,
    RebuildTensor,
    /// A storage, by the type of its elements.
    Storage(&'static str),
}

const GLOBALS: [(&str, &str, Global); 10] = [
    ("collections", "OrderedDict", Global::OrderedDict),
    ("torch._utils", "_rebuild_tensor_v2", Global::RebuildTensor),
    ("torch", "FloatStorage", Global::Storage("float32")),
    ("torch", "DoubleStorage", Global::Storage("float64")),
    ("torch", "HalfStorage", Global::Storage("float16")),
    ("torch", "BFloat16Storage", Global::Storage("bfloat16")),
    ("torch", "LongStorage", Global::Storage("int64")),
    ("torch", "IntStorage", Global::Storage("int32")),
    ("torch", "ByteStorage", Global::Storage("uint8")),
    ("torch", "BoolStorage", Global::Storage("bool")),
];

/// A value that others refer to.
#[derive(Debug)]
enum Object<'a> {
    Tuple(Vec<Value<'a>>),
    Dict(Vec<(Value<'a>, Value<'a>)>),
    Storage(Storage<'a>),
    Tensor(Tensor<'a>),
}

/// Numbers in an entry of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Storage<'a> {
    /// The type of the elements, by PyTorch's name.
    pub kind: &'static str,
    /// The name of the entry, below `data/`.
    pub key: &'a str,
    /// How many there are.
    pub elements: usize,
}

/// Where in a storage a tensor's elements lie. Nothing here was compared with the storage yet.
#[derive(Clone, Debug)]
pub(super) struct Tensor<'a> {
    pub storage: Storage<'a>,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

type Step<T> = Result<T, String>;

/// The tensors of a state dict, by name, in their order.
pub(super) fn state_dict(bytes: &[u8]) -> Step<Vec<(&str, Tensor<'_>)>> {
    let mut machine = Machine { bytes, ..Machine::default() };
    let root = machine.run().map_err(|problem| format!("byte {}: {problem}", machine.opcode_at))?;
    let Some(Object::Dict(items)) = machine.object(root) else {
        return Err("holds no dictionary of tensors".into());
    };
    let named = items.iter().map(|&(name, value)| match (name, machine.object(value)) {
        (Value::Text(name), Some(Object::Tensor(tensor))) => Ok((name, tensor.clone())),
        (Value::Text(name), _) => Err(format!("`{}` is no tensor", shown(name.as_bytes()))),
        _ => Err("a name in the dictionary is no string".into()),
    });
    named.collect()
}

#[derive(Default)]
struct Machine<'a> {
    bytes: &'a [u8],
    position: usize,
    opcode_at: usize,
    stack: Vec<Value<'a>>,
    /// The heights of the stack at each MARK not yet used.
    marks: Vec<usize>,
    memo: HashMap<u32, Value<'a>>,
    objects: Vec<Object<'a>>,
}

impl<'a> Machine<'a> {
    fn run(&mut self) -> Step<Value<'a>> {
        if !self.bytes.starts_with(&[0x80, 2]) {
            return Err("not a pickle of protocol 2".into());
        }
        self.position = 2;
        loop {
            // A tensor takes some seventy bytes and five objects.
            if self.objects.len() > 64 + self.bytes.len() / 4 {
                return Err("more empty values than a state dict holds".into());
            }
            self.opcode_at = self.position;
            let [opcode] = self.take_array()?;
            match opcode {
                b'c' => {
                    let (module, name) = (self.take_line()?, self.take_line()?);
                    let known =
                        GLOBALS.iter().find(|(m, n, _)| m.as_bytes() == module && n.as_bytes() == name);
                    let (.., global) = known.ok_or_else(|| {
                        format!("the global `{}.{}` is refused", shown(module), shown(name))
                    })?;
                    self.stack.push(Value::Global(*global));
                }
                b'R' => self.reduce()?,
                b'Q' => self.persistent()?,
                b'b' => {
                    let state = self.pop()?;
                    match (self.object(state), self.stack.last()) {
                        // The attribute `_metadata`, with the versions of the modules.
                        (Some(Object::Dict(_)), Some(Value::Object(_))) => {}
                        _ => return Err("BUILD of what is no dictionary".into()),
                    }
                }
                b'(' => self.marks.push(self.stack.len()),
                b'.' => {
                    let root = self.pop()?;
                    let ended = self.position == self.bytes.len() && self.stack.is_empty();
                    return if ended { Ok(root) } else { Err("something follows the state dict".into()) };
                }
                b'N' | 0x88 | 0x89 => self.stack.push(Value::Plain),
                b')' => self.push(Object::Tuple(Vec::new())),
                b't' => {
                    let items = self.pop_mark()?;
                    self.push(Object::Tuple(items));
                }
                0x85..=0x87 => {
                    let height = self.stack.len().checked_sub(usize::from(opcode - 0x84));
                    let items = self.pop_above(height)?;
                    self.push(Object::Tuple(items));
                }
                b'}' => self.push(Object::Dict(Vec::new())),
                b's' => {
                    let height = self.stack.len().checked_sub(2);
                    let items = self.pop_above(height)?;
                    self.set_items(&items)?;
                }
                b'u' => {
                    let items = self.pop_mark()?;
                    self.set_items(&items)?;
                }
                b'J' => {
                    let value = i32::from_le_bytes(self.take_array()?);
                    self.stack.push(Value::Int(value.into()));
                }
                b'K' => {
                    let [value] = self.take_array()?;
                    self.stack.push(Value::Int(value.into()));
                }
                b'M' => {
                    let value = u16::from_le_bytes(self.take_array()?);
                    self.stack.push(Value::Int(value.into()));
                }
                b'X' => {
                    let length = u32::from_le_bytes(self.take_array()?);
                    let text = str::from_utf8(self.take(length as usize)?);
                    self.stack.push(Value::Text(text.map_err(|_| "a string that is not UTF-8")?));
                }
                b'q' => {
                    let [key] = self.take_array()?;
                    self.put(key.into())?;
                }
                b'r' => {
                    let key = u32::from_le_bytes(self.take_array()?);
                    self.put(key)?;
                }
                b'h' => {
                    let [key] = self.take_array()?;
                    self.get(key.into())?;
                }
                b'j' => {
                    let key = u32::from_le_bytes(self.take_array()?);
                    self.get(key)?;
                }
                other => return Err(format!("the opcode 0x{other:02x} is refused")),
            }
        }
    }

    /// Calls a global with a tuple: only two forms are known, and each only describes a value.
    fn reduce(&mut self) -> Step<()> {
        let Object::Tuple(arguments) = self.pop_object()? else {
            return Err("a call without a tuple of arguments".into());
        };
        let arguments = arguments.get(..7).unwrap_or(arguments).to_vec();
        let Value::Global(function) = self.pop()? else { return Err("a call of no known global".into()) };
        let object = match (function, arguments.as_slice()) {
            (Global::OrderedDict, []) => Object::Dict(Vec::new()),
            (Global::RebuildTensor, &[storage, Value::Int(offset), shape, strides, ..]) => {
                let Some(&Object::Storage(storage)) = self.object(storage) else {
                    return Err("a tensor without a storage".into());
                };
                let offset = usize::try_from(offset).map_err(|_| "a tensor with an offset below 0")?;
                let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
                if shape.len() != strides.len() {
                    return Err("a tensor with more sizes than strides, or fewer".into());
                }
                Object::Tensor(Tensor { storage, offset, shape, strides })
            }
            _ => return Err(format!("a call of {function:?} with these arguments is refused")),
        };
        self.push(object);
        Ok(())
    }

    /// A storage, which the file keeps in an entry of its own.
    fn persistent(&mut self) -> Step<()> {
        let storage = match self.pop_object()? {
            Object::Tuple(items) => match items.as_slice() {
                &[
                    Value::Text("storage"),
                    Value::Global(Global::Storage(kind)),
                    Value::Text(key),
                    _,
                    Value::Int(elements),
                ] => usize::try_from(elements).ok().map(|elements| Storage { kind, key, elements }),
                _ => None,
            },
            _ => None,
        };
        self.push(Object::Storage(storage.ok_or("BINPERSID of what is no storage")?));
        Ok(())
    }

    /// A tuple of at most four sizes.
    fn sizes(&self, value: Value<'a>) -> Step<Vec<usize>> {
        const WRONG: &str = "a tensor's shape or strides are no tuple of at most four sizes";
        let Some(Object::Tuple(items)) = self.object(value) else { return Err(WRONG.into()) };
        let items = items.get(..5).unwrap_or(items);
        let size = |item: &Value| match item {
            Value::Int(size) => usize::try_from(*size).ok(),
            _ => None,
        };
        let sizes: Option<Vec<usize>> = items.iter().map(size).collect();
        Ok(sizes.filter(|sizes| sizes.len() <= 4).ok_or(WRONG)?)
    }

    fn set_items(&mut self, items: &[Value<'a>]) -> Step<()> {
        let (pairs, rest) = items.as_chunks::<2>();
        if !rest.is_empty() {
            return Err("SETITEMS has a key without a value".into());
        }
        let Some(&Value::Object(place)) = self.stack.last() else {
            return Err("SETITEMS on what is no dictionary".into());
        };
        let Object::Dict(dict) = &mut self.objects[place] else {
            return Err("SETITEMS on what is no dictionary".into());
        };
        dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
        Ok(())
    }

    fn put(&mut self, key: u32) -> Step<()> {
        let value = *self.stack.last().ok_or("the stack is empty")?;
        self.memo.insert(key, value);
        Ok(())
    }

    fn get(&mut self, key: u32) -> Step<()> {
        let value = self.memo.get(&key).ok_or_else(|| format!("BINGET of {key}, never put"))?;
        self.stack.push(*value);
        Ok(())
    }

    fn object(&self, value: Value<'a>) -> Option<&Object<'a>> {
        match value {
            Value::Object(place) => Some(&self.objects[place]),
            _ => None,
        }
    }

    fn push(&mut self, object: Object<'a>) {
        self.stack.push(Value::Object(self.objects.len()));
        self.objects.push(object);
    }

    /// The topmost value, where it is above the last mark.
    fn pop(&mut self) -> Step<Value<'a>> {
        let height = self.stack.len().checked_sub(1);
        Ok(self.pop_above(height)?[0])
    }

    fn pop_object(&mut self) -> Step<&Object<'a>> {
        match self.pop()? {
            Value::Object(place) => Ok(&self.objects[place]),
            _ => Err("a plain value where a tuple or dictionary is needed".into()),
        }
    }

    fn pop_mark(&mut self) -> Step<Vec<Value<'a>>> {
        let mark = self.marks.pop();
        self.pop_above(mark)
    }

    fn pop_above(&mut self, height: Option<usize>) -> Step<Vec<Value<'a>>> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let height = height.filter(|&height| height >= floor).ok_or("the stack is empty")?;
        Ok(self.stack.split_off(height))
    }

    fn take(&mut self, length: usize) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.position..];
        let taken = rest.get(..length).ok_or("the pickle ends in the middle")?;
        self.position += length;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Step<[u8; N]> {
        Ok(*self.take(N)?.first_chunk().expect("N bytes"))
    }

    fn take_line(&mut self) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.position..];
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or("the pickle ends in the middle")?;
        self.position += end + 1;
        Ok(&rest[..end])
    }
}

/// What a hostile file says, short enough for a message.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(&name[..name.len().min(80)]).into_owned()
}
