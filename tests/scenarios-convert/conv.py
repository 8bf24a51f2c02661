import json,glob,os,collections,sys
B={os.path.basename(f)[:-5]:json.load(open(f)) for f in glob.glob('/tmp/conv/*.json')}
REM=object()
def esc(k): return k.replace('~','~0').replace('/','~1')
def cost(d): return sum(len(p)+4+(8 if v is REM else len(json.dumps(v))) for p,v in d)
def diff(a,b,p=''):
    if type(a)!=type(b): return [(p,b)]
    if isinstance(a,dict):
        out=[]
        for k in a:
            q=p+'/'+esc(k)
            if k not in b: out.append((q,REM))
            else: out+=diff(a[k],b[k],q)
        for k in b:
            if k not in a: out.append((p+'/'+esc(k),b[k]))
        if p and cost(out)>len(json.dumps(b))+len(p): return [(p,b)]
        return out
    if isinstance(a,list):
        if a==b: return []
        n=min(len(a),len(b))
        out=[]
        for i in range(n): out+=diff(a[i],b[i],f'{p}/{i}')
        for i in range(n,len(b)): out.append((f'{p}/{i}',b[i]))
        for i in reversed(range(n,len(a))): out.append((f'{p}/{i}',REM))
        if cost(out)>len(json.dumps(b))+len(p): return [(p,b)]
        return out
    return [] if a==b else [(p,b)]
if __name__=='__main__':
    rows=[];use=collections.Counter()
    for f in sorted(glob.glob('tests/scenarios/*/*/inventory.json')):
        inv=json.load(open(f))
        best=min(((cost(diff(b,inv)),n) for n,b in B.items()))
        rows.append((best[0],best[1],f.split('/')[2]+'/'+f.split('/')[3])); use[best[1]]+=1
    rows.sort()
    print(sum(r[0] for r in rows),use)
    print([r[0] for r in rows[::20]])
    for r in rows[-140:]: print(r)
