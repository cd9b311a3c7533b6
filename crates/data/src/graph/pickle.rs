//! A restricted reader of Python pickles: the opcodes and globals of Planetoid's files, and nothing else.
//!
//! A pickle is a program for a stack machine, and Python's machine calls whatever the program names. This one knows six
//! names, builds plain values for them and calls nothing. Values live in one table and refer to each other by place, so
//! that no nesting recurses; byte strings borrow from the file. Whatever lengths a pickle claims, memory stays within
//! some fifty times its size: a value takes 16 bytes and at least one of the file, and the stack and the number of
//! objects are bounded.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// A Python value: a plain one, or the place of an [`Object`] in the table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    None,
    Bool(bool),
    Int(i32),
    Bytes(&'a [u8]),
    Global(Global),
    Object(u32),
}

/// The names that a pickle may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Reconstruct,
    NdArray,
    DataType,
    CsrMatrix,
    DefaultDict,
    List,
}

const GLOBALS: [(&str, &str, Global); 6] = [
    ("numpy.core.multiarray", "_reconstruct", Global::Reconstruct),
    ("numpy", "ndarray", Global::NdArray),
    ("numpy", "dtype", Global::DataType),
    ("scipy.sparse.csr", "csr_matrix", Global::CsrMatrix),
    ("collections", "defaultdict", Global::DefaultDict),
    ("__builtin__", "list", Global::List),
];

/// How deep values and marks may be stacked: pickles append and set in batches of a thousand.
const STACK_LIMIT: usize = 65_536;

/// A value that others refer to, and that may change after they do.
#[derive(Debug)]
pub(super) enum Object<'a> {
    Tuple(Vec<Value<'a>>),
    List(Vec<Value<'a>>),
    Dict(Vec<(Value<'a>, Value<'a>)>),
    /// A type of numbers: its name (`i4`, `f4`) and, once built, whether it is little-endian.
    DataType {
        name: &'a [u8],
        little_endian: bool,
    },
    /// A NumPy array in C order; empty until built.
    Array(Box<Array<'a>>),
    /// A SciPy matrix and, once built, the place of its dictionary.
    CsrMatrix(Option<u32>),
}

/// A NumPy array: its shape, and its elements as the file holds them.
#[derive(Clone, Debug, Default)]
pub(super) struct Array<'a> {
    pub shape: Vec<usize>,
    pub element: &'a [u8],
    pub bytes: &'a [u8],
}

impl<'a> Array<'a> {
    /// The elements, each of four bytes.
    pub fn words(&self) -> impl Iterator<Item = [u8; 4]> + 'a {
        let (words, _) = self.bytes.as_chunks::<4>();
        words.iter().copied()
    }
}

/// What a pickle holds.
pub(super) struct Pickle<'a> {
    pub root: Value<'a>,
    objects: Vec<Object<'a>>,
}

impl<'a> Pickle<'a> {
    /// Reads a whole pickle; `place` names its file in errors.
    pub fn read(place: &str, bytes: &'a [u8]) -> Result<Self> {
        let mut machine = Machine { bytes, ..Machine::default() };
        match machine.run() {
            Ok(root) => Ok(Self { root, objects: machine.objects }),
            Err(message) => {
                Err(Error::malformed(format!("{place}, byte {}", machine.opcode_at), message).with_hint(
                    "only the pickles of Planetoid's data sets are read; fetch the file again if it should be one",
                ))
            }
        }
    }

    /// What a value refers to, where it is no plain value.
    pub fn object(&self, value: Value<'a>) -> Option<&Object<'a>> {
        match value {
            Value::Object(place) => Some(&self.objects[place as usize]),
            _ => None,
        }
    }

    /// What a dictionary holds under a key that is a string.
    pub fn get(&self, dict: u32, key: &str) -> Option<Value<'a>> {
        let Object::Dict(items) = &self.objects[dict as usize] else { return None };
        let found =
            |(name, _): &&(Value, Value)| matches!(name, Value::Bytes(name) if *name == key.as_bytes());
        items.iter().rev().find(found).map(|(_, value)| *value)
    }
}

type Step<T> = std::result::Result<T, String>;

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
        if self.bytes.is_empty() {
            return Err("the file is empty".into());
        }
        if !self.bytes.starts_with(&[0x80, 2]) {
            return Err("not a pickle of protocol 2".into());
        }
        self.position = 2;
        loop {
            if self.stack.len().max(self.marks.len()) > STACK_LIMIT {
                return Err(format!("more than {STACK_LIMIT} values are stacked"));
            }
            // The shortest list of a graph takes 6 bytes of the file.
            if self.objects.len() > 64 + self.bytes.len() / 4 {
                return Err("more empty values than such a file holds".into());
            }
            self.opcode_at = self.position;
            let [opcode] = *self.take_array::<1>()?;
            match opcode {
                b'c' => {
                    let (module, name) = (self.take_line()?, self.take_line()?);
                    let known =
                        GLOBALS.iter().find(|(m, n, _)| m.as_bytes() == module && n.as_bytes() == name);
                    let (.., global) = known.ok_or_else(|| {
                        format!(
                            "the global `{}.{}` is refused",
                            String::from_utf8_lossy(&module[..module.len().min(80)]),
                            String::from_utf8_lossy(&name[..name.len().min(80)])
                        )
                    })?;
                    self.stack.push(Value::Global(*global));
                }
                b'R' => self.reduce()?,
                b'b' => self.build()?,
                0x81 => {
                    let (class, arguments) = self.pop_call()?;
                    match (class, arguments.as_slice()) {
                        (Global::CsrMatrix, []) => self.push(Object::CsrMatrix(None)),
                        _ => return Err(format!("NEWOBJ of {class:?} is refused")),
                    }
                }
                b'(' => self.marks.push(self.stack.len()),
                b'.' => {
                    let root = self.pop()?;
                    return match self.bytes.len() - self.position {
                        0 if self.stack.is_empty() => Ok(root),
                        0 => Err("values are left on the stack".into()),
                        left => Err(format!("{left} bytes follow the end of the pickle")),
                    };
                }
                b'N' => self.stack.push(Value::None),
                0x88 => self.stack.push(Value::Bool(true)),
                0x89 => self.stack.push(Value::Bool(false)),
                b')' => self.push(Object::Tuple(Vec::new())),
                b't' => {
                    let items = self.pop_mark()?;
                    self.push(Object::Tuple(items));
                }
                0x85..=0x87 => {
                    let size = usize::from(opcode - 0x84);
                    let items = self.pop_above(self.stack.len().checked_sub(size))?;
                    self.push(Object::Tuple(items));
                }
                b'}' => self.push(Object::Dict(Vec::new())),
                b']' => self.push(Object::List(Vec::new())),
                b'u' => {
                    let items = self.pop_mark()?;
                    if items.len() % 2 == 1 {
                        return Err("SETITEMS has a key without a value".into());
                    }
                    match self.top_object()? {
                        Object::Dict(dict) => {
                            dict.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])))
                        }
                        _ => return Err("SETITEMS on what is no dictionary".into()),
                    }
                }
                b'a' | b'e' => {
                    let items = if opcode == b'a' { vec![self.pop()?] } else { self.pop_mark()? };
                    match self.top_object()? {
                        Object::List(list) => list.extend(items),
                        _ => return Err("APPEND to what is no list".into()),
                    }
                }
                b'J' => {
                    let value = i32::from_le_bytes(*self.take_array()?);
                    self.stack.push(Value::Int(value));
                }
                b'K' => {
                    let [value] = *self.take_array()?;
                    self.stack.push(Value::Int(value.into()));
                }
                b'M' => {
                    let value = u16::from_le_bytes(*self.take_array()?);
                    self.stack.push(Value::Int(value.into()));
                }
                b'T' => {
                    let length = i32::from_le_bytes(*self.take_array()?);
                    let length =
                        usize::try_from(length).map_err(|_| format!("a string of {length} bytes"))?;
                    let bytes = self.take(length)?;
                    self.stack.push(Value::Bytes(bytes));
                }
                b'U' => {
                    let [length] = *self.take_array()?;
                    let bytes = self.take(length.into())?;
                    self.stack.push(Value::Bytes(bytes));
                }
                b'q' => {
                    let [key] = *self.take_array()?;
                    let value = *self.top()?;
                    self.memo.insert(key.into(), value);
                }
                b'r' => {
                    let key = u32::from_le_bytes(*self.take_array()?);
                    let value = *self.top()?;
                    self.memo.insert(key, value);
                }
                b'h' => {
                    let [key] = *self.take_array()?;
                    let value = self.memo.get(&key.into()).ok_or(format!("BINGET of {key}, never put"))?;
                    self.stack.push(*value);
                }
                other => return Err(format!("the opcode {} is refused", opcode_name(other))),
            }
        }
    }

    /// Calls a global with a tuple: only three forms are known, and each only makes an empty value.
    fn reduce(&mut self) -> Step<()> {
        let (function, arguments) = self.pop_call()?;
        let object = match (function, arguments.as_slice()) {
            (Global::Reconstruct, [Value::Global(Global::NdArray), _, _]) => Object::Array(Box::default()),
            (Global::DataType, [Value::Bytes(name), _, _]) => Object::DataType { name, little_endian: false },
            (Global::DefaultDict, [Value::Global(Global::List)]) => Object::Dict(Vec::new()),
            _ => return Err(format!("REDUCE of {function:?} with these arguments is refused")),
        };
        self.push(object);
        Ok(())
    }

    /// Gives a value its state: a byte order to a type, shape and elements to an array, its parts to a matrix.
    fn build(&mut self) -> Step<()> {
        let state = self.pop()?;
        let Value::Object(state_place) = state else { return Err("BUILD with a plain value".into()) };
        // The state may hold the very value that it is given to, so it is read first and written then.
        let state = match &self.objects[state_place as usize] {
            Object::Tuple(items) if items.len() <= 9 => items.clone(),
            Object::Dict(_) => Vec::new(),
            _ => return Err("BUILD with neither a short tuple nor a dictionary".into()),
        };
        let array = match state.as_slice() {
            [Value::Int(1), shape, element, Value::Bool(false), Value::Bytes(bytes)] => {
                Some(self.array(*shape, *element, bytes)?)
            }
            _ => None,
        };
        let is_dict = matches!(self.objects[state_place as usize], Object::Dict(_));
        match (self.top_object()?, array, state.as_slice()) {
            (Object::DataType { little_endian, .. }, _, [Value::Int(3), Value::Bytes(b"<"), ..]) => {
                *little_endian = true;
            }
            (Object::Array(empty), Some(array), _) => **empty = array,
            (Object::CsrMatrix(dict), ..) if is_dict => *dict = Some(state_place),
            _ => return Err("BUILD with a state that does not fit its value".into()),
        }
        Ok(())
    }

    /// Checks an array's header against its bytes before anything of that size could be made.
    fn array(&self, shape: Value<'a>, element: Value<'a>, bytes: &'a [u8]) -> Step<Array<'a>> {
        let (Value::Object(shape), Value::Object(element)) = (shape, element) else {
            return Err("an array without a shape or type".into());
        };
        let sizes = match &self.objects[shape as usize] {
            Object::Tuple(sizes) if sizes.len() <= 2 => sizes,
            _ => return Err("an array's shape is no tuple of one or two sizes".into()),
        };
        let Object::DataType { name: name @ (b"i4" | b"f4"), little_endian: true } =
            &self.objects[element as usize]
        else {
            return Err("an array's elements are neither `<i4` nor `<f4`".into());
        };
        let mut shape = Vec::with_capacity(sizes.len());
        for size in sizes {
            match size {
                Value::Int(size) if *size >= 0 => shape.push(*size as usize),
                _ => return Err("an array's shape holds something other than a size".into()),
            }
        }
        let elements = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
        if elements.and_then(|elements| elements.checked_mul(4)) != Some(bytes.len()) {
            return Err(format!("an array of shape {shape:?} in {} bytes", bytes.len()));
        }
        Ok(Array { shape, element: name, bytes })
    }

    fn take(&mut self, length: usize) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.position..];
        if length > rest.len() {
            return Err(format!("{length} bytes are announced, and {} are left", rest.len()));
        }
        self.position += length;
        Ok(&rest[..length])
    }

    fn take_array<const N: usize>(&mut self) -> Step<&'a [u8; N]> {
        let bytes = self.take(N).map_err(|_| "the file ends in the middle")?;
        Ok(bytes.first_chunk().expect("N bytes"))
    }

    fn take_line(&mut self) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.position..];
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or("the file ends in the middle")?;
        self.position += end + 1;
        Ok(&rest[..end])
    }

    fn push(&mut self, object: Object<'a>) {
        self.stack.push(Value::Object(self.objects.len() as u32));
        self.objects.push(object);
    }

    fn top(&self) -> Step<&Value<'a>> {
        self.stack.last().ok_or("the stack is empty".into())
    }

    fn top_object(&mut self) -> Step<&mut Object<'a>> {
        match self.stack.last() {
            Some(Value::Object(place)) => Ok(&mut self.objects[*place as usize]),
            _ => Err("a plain value where one that can change is needed".into()),
        }
    }

    /// The topmost value, where it is above the last mark.
    fn pop(&mut self) -> Step<Value<'a>> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err("the stack is empty".into());
        }
        self.stack.pop().ok_or("the stack is empty".into())
    }

    fn pop_mark(&mut self) -> Step<Vec<Value<'a>>> {
        let mark = self.marks.pop();
        self.pop_above(mark)
    }

    fn pop_above(&mut self, height: Option<usize>) -> Step<Vec<Value<'a>>> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match height {
            Some(height) if height >= floor => Ok(self.stack.split_off(height)),
            _ => Err("the stack is empty".into()),
        }
    }

    /// A global and the tuple that it is called with.
    fn pop_call(&mut self) -> Step<(Global, Vec<Value<'a>>)> {
        match (self.pop()?, self.pop()?) {
            (Value::Object(arguments), Value::Global(global)) => match &self.objects[arguments as usize] {
                Object::Tuple(items) if items.len() <= 3 => Ok((global, items.clone())),
                _ => Err(format!("a call of {global:?} without a short tuple of arguments")),
            },
            _ => Err("a call of what is no known global".into()),
        }
    }
}

/// The name that Python's `pickletools` gives to an opcode that is not in use here.
fn opcode_name(opcode: u8) -> String {
    let name = match opcode {
        b'0' => "POP",
        b'1' => "POP_MARK",
        b'2' => "DUP",
        b'F' => "FLOAT",
        b'G' => "BINFLOAT",
        b'I' => "INT",
        b'L' => "LONG",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        b'S' => "STRING",
        b'V' => "UNICODE",
        b'X' => "BINUNICODE",
        b'd' => "DICT",
        b'g' => "GET",
        b'i' => "INST",
        b'j' => "LONG_BINGET",
        b'l' => "LIST",
        b'o' => "OBJ",
        b'p' => "PUT",
        b's' => "SETITEM",
        b'B' => "BINBYTES",
        b'C' => "SHORT_BINBYTES",
        0x80 => "PROTO",
        0x82..=0x84 => "EXT",
        0x8a => "LONG1",
        0x8b => "LONG4",
        0x8c..=0x98 => "of protocol 4 or 5",
        _ => return format!("0x{opcode:02x}"),
    };
    format!("{name} (0x{opcode:02x})")
}
