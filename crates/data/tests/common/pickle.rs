//! Planetoid's files: Python's pickles of protocol 2, as NumPy and SciPy write them.

pub fn int(value: i64) -> Vec<u8> {
    let value = i32::try_from(value).expect("32 bits");
    [b"J".as_slice(), &value.to_le_bytes()].concat()
}

pub fn string(bytes: &[u8]) -> Vec<u8> {
    let length = i32::try_from(bytes.len()).expect("short");
    [b"T".as_slice(), &length.to_le_bytes(), bytes].concat()
}

pub fn whole(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02".as_slice(), body, b"."].concat()
}

/// An array that claims `shape`, with elements of the type `kind`.
pub fn array(shape: &[i64], kind: &[u8], elements: &[u8]) -> Vec<u8> {
    let mut body =
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01(".to_vec();
    shape.iter().for_each(|size| body.extend(int(*size)));
    body.extend(b"tcnumpy\ndtype\nU\x02");
    body.extend(kind);
    body.extend(b"K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89");
    body.extend(string(elements));
    body.extend(b"tb");
    body
}

pub fn ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub fn one_hot(rows: &[[i32; 2]]) -> Vec<u8> {
    whole(&array(&[rows.len() as i64, 2], b"i4", &ints(rows.as_flattened())))
}

pub fn matrix(shape: [i64; 2], indptr: &[i32], indices: &[i32], data: &[f32]) -> Vec<u8> {
    let mut body = b"cscipy.sparse.csr\ncsr_matrix\n)\x81}(U\x06_shape".to_vec();
    body.extend([int(shape[0]), int(shape[1]), b"\x86".to_vec()].concat());
    for (name, values) in [("indptr", indptr), ("indices", indices)] {
        body.extend(string(name.as_bytes()));
        body.extend(array(&[values.len() as i64], b"i4", &ints(values)));
    }
    body.extend(string(b"data"));
    let values: Vec<u8> = data.iter().flat_map(|value| value.to_le_bytes()).collect();
    body.extend(array(&[data.len() as i64], b"f4", &values));
    body.extend(b"ub");
    whole(&body)
}

pub fn lists(lists: &[(i64, &[i64])]) -> Vec<u8> {
    let mut body = b"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R(".to_vec();
    for (node, neighbours) in lists {
        body.extend(int(*node));
        body.extend(b"](");
        neighbours.iter().for_each(|other| body.extend(int(*other)));
        body.push(b'e');
    }
    body.push(b'u');
    whole(&body)
}

/// The eight files of a sound set: a path of five nodes, the last two of them test nodes in reverse order.
pub fn sound() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("x", matrix([1, 4], &[0, 2], &[0, 3], &[1.0, 1.0])),
        ("allx", matrix([3, 4], &[0, 2, 3, 3], &[0, 3, 1], &[1.0, 1.0, 1.0])),
        ("tx", matrix([2, 4], &[0, 1, 2], &[2, 1], &[1.0, 0.5])),
        ("y", one_hot(&[[1, 0]])),
        ("ally", one_hot(&[[1, 0], [0, 1], [0, 0]])),
        ("ty", one_hot(&[[0, 1], [1, 0]])),
        ("graph", lists(&[(0, &[1]), (1, &[0, 2]), (2, &[1, 3]), (3, &[2, 4]), (4, &[3])])),
        ("test.index", b"4\n3\n".to_vec()),
    ]
}
